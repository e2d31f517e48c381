// Writes src/api/schema.d.ts from openapi.json; with --check it fails where the file is not that.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';

const TARGET = 'src/api/schema.d.ts';
const BANNER = '// Generated from openapi.json by scripts/api-types.mjs: do not edit.\n\n';

const document = JSON.parse(readFileSync('openapi.json', 'utf8'));
const types = astToString(await openapiTS(document, { silent: true }));
const options = { ...(await resolveConfig(TARGET)), filepath: TARGET };
const text = await format(BANNER + types, options);

if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
} else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error(`${TARGET} is out of date: run \`make openapi\` and commit it`);
  process.exit(1);
}
