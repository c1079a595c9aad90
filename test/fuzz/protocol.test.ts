import { parseStrictJson } from '../../src/protocol/strict-json.ts';
import { fuzzTests, plantedFaultTest } from './fuzz-tests.ts';
import { jsonTarget, protocolTargets } from './protocol-targets.ts';

fuzzTests(protocolTargets);

plantedFaultTest(
  'takes a comma behind the last member',
  jsonTarget((bytes) =>
    parseStrictJson(
      Buffer.from(
        Buffer.from(bytes)
          .toString('latin1')
          .replace(/,(?=[}\]])/g, ''),
        'latin1',
      ),
    ),
  ),
);
