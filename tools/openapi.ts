/** Writes docs/openapi/internal-api.json, after an intended change of the internal API. A test compares. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOpenApi } from '../src/http/internal/openapi.ts';
import { packageVersion } from '../src/wiring/version.ts';

const file = join(import.meta.dirname, '../docs/openapi/internal-api.json');
writeFileSync(file, `${JSON.stringify(createOpenApi(packageVersion), null, 2)}\n`);
