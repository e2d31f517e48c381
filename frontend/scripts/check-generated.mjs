// Fails where src/api/schema.d.ts is not what openapi.json generates.
import { readFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';

const target = 'src/api/schema.d.ts';
const document = JSON.parse(readFileSync('openapi.json', 'utf8'));
const banner = readFileSync(target, 'utf8').match(/^\/\*\*[\s\S]*?\*\/\n/)?.[0] ?? '';
const generated = banner + astToString(await openapiTS(document, { silent: true }));
const options = { ...(await resolveConfig(target)), filepath: target };

if ((await format(generated, options)) !== readFileSync(target, 'utf8')) {
  console.error(
    `${target} is out of date: run \`make openapi\` (or \`npm run generate\`) and commit it`,
  );
  process.exit(1);
}
