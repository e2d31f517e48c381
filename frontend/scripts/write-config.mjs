// Writes dist/config.json from API_URL and STREAM_URL. Elsewhere the server of the page answers
// /config.json itself, so without these variables nothing is written.
import { writeFileSync } from 'node:fs';

const { API_URL: apiUrl, STREAM_URL: streamUrl, VERCEL } = process.env;

function refuse(message) {
  console.error(`write-config: ${message}`);
  process.exit(1);
}

if (!apiUrl && !streamUrl && !VERCEL) {
  console.log('write-config: API_URL is not set; the server of the page must answer /config.json');
  process.exit(0);
}
if (!apiUrl) refuse('set API_URL to the address of the HTTP API, e.g. https://api.example.org');
if (!/^https?:\/\//.test(apiUrl)) refuse('API_URL must begin with https:// (or http://)');
if (streamUrl && !/^wss?:\/\//.test(streamUrl)) refuse('STREAM_URL must begin with wss://');
if (!streamUrl) console.log('write-config: STREAM_URL is not set; the page will poll instead');

const config = { apiUrl: apiUrl.replace(/\/+$/, ''), streamUrl: streamUrl ?? null };
writeFileSync('dist/config.json', `${JSON.stringify(config, null, 2)}\n`);
