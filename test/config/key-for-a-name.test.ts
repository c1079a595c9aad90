import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, describeFault } from '../../src/config/faults.ts';
import { inspectConfig } from '../../src/settings/load.ts';
import { faultsOf, temporaryDirectory, temporaryFile } from './config-under-test.ts';

const hex = ['3f8a1c9e5b7d2046a8e1c3f59b7d0246', '7c2e9a40d1f85b3690ac4e7d12f8b356'] as const;

/** As people have them in their clipboard. */
const keys: Readonly<Record<string, string>> = {
  'a key in hex': hex[0],
  'a key in base64': 'kJ8vQ2mZ7xT1bN4cR6yW9dF3gH5jL0pS',
  'a key in base64 with slashes': 'kJ8v/2mZ7xT1+N4cR6yW9dF3/H5jL0pSaQw=',
  'two keys with a space between them': hex.join(' '),
  'two keys with a plus between them': hex.join('+'),
};

/** What is said of the configuration, whatever it says it with. */
function said(sources: Parameters<typeof faultsOf>[0]): string {
  const faults = faultsOf(sources);
  try {
    return [...faults, ...inspectConfig({ env: {}, ...sources }).faults].map(describeFault).join('\n');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `${faults.map(describeFault).join('\n')}\n${error.message}`;
  }
}

for (const [what, key] of Object.entries(keys)) {
  for (const [place, sources] of Object.entries({
    'the name of a variable': { overrides: { 'digests.secret': { env: key } } },
    'the name of a file': { overrides: { 'digests.secret': { file: key } } },
    'the name of a variable, in the environment': { env: { GSP_OTP_DIGESTS_SECRET_ENV: key } },
    'the name of a file, in the environment': { env: { GSP_OTP_DIGESTS_SECRET_FILE: key } },
    'the name of the configuration': { file: key },
    'the name of the configuration, in the environment': { env: { GSP_OTP_CONFIG: key } },
  })) {
    test(`${what} in the place of ${place} is not repeated`, () => {
      const text = said(sources);
      assert.match(text, /\*\*\*/);
      for (const part of key.split(/[ +/=]/).filter((one) => one.length > 3))
        assert.ok(!text.includes(part), text);
    });
  }

  test(`${what} is not repeated where a configuration file has it in the place of a name`, (t) => {
    for (const kind of ['env', 'file']) {
      const file = temporaryFile(t, 'gsp-otp.yaml', `digests: { secret: { ${kind}: '${key}' } }\n`);
      const text = said({ file });
      assert.match(text, /\*\*\*/);
      assert.ok(!text.includes(key.slice(-20)), text);
      assert.ok(text.includes(`${file}:1`), text);
    }
  });
}

for (const name of ['OTP_KEY', 'BANK_2026_OTP_DIGESTS_SECRET', 'digests_secret_v2']) {
  test(`the name of a variable that is not set is told: ${name}`, () => {
    assert.ok(
      said({ overrides: { 'digests.secret': { env: name } } }).includes(`variable ${name} is not set`),
    );
  });
}

for (const name of [
  'digests.secret',
  'ours-pgp-production-2026-11-22-1A2B3C4D.asc',
  'otp-digests-2026-11-22',
  'run/secrets/otp-digests-2026-11-22',
  'Bank2026/Server12/digests.txt',
]) {
  test(`the name of a file that is missing is told: ${name}`, (t) => {
    const file = `${temporaryDirectory(t)}/${name}`;
    assert.ok(said({ overrides: { 'digests.secret': { file } } }).includes(`${file} does not exist`));
    assert.ok(said({ file }).includes(`${file} does not exist`));
  });
}
