import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConfigError, describeFault } from '../../src/config/faults.ts';
import { inspectTemplates } from '../../src/operations/templates.ts';
import { inspectConfig } from '../../src/settings/load.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { composeTemplates } from '../../src/wiring/texts.ts';
import { temporaryFile } from '../config/config-under-test.ts';

const sms = { brand: 'Acme', defaultLanguage: 'en', tokenLine: 'last' } as const;
const codes = { length: 6 };

function faultsOf(run: () => unknown): readonly string[] {
  try {
    run();
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.faults.map(describeFault);
  }
}

test('[OQ-12] the shipped texts with a short brand are proved to fit', () => {
  assert.equal(composeTemplates({ sms, codes }).byLanguage.size, 22);
});

test('[OQ-12] a text that does not fit keeps the server from starting, with its remedies', () => {
  const overrides = { 'sms.brand': 'M'.repeat(17), 'sms.languages': ['en', 'hi', 'ko'] };
  const settings = inspectConfig({ env: {}, overrides }).values as Settings;
  assert.deepEqual(
    faultsOf(() => composeTemplates(settings)),
    [
      'sms.brand: hi.associationWithMandateCreation has 71 units of UCS-2, 1 over 70; accepted: one segment and 140 bytes: shorten the text or the brand by 1 character or more, or leave hi out of sms.languages. (override sms.brand)',
    ],
  );
  assert.equal(inspectTemplates(settings).fits, false);
});

test('the operator’s own texts come from a file', (t) => {
  const templatesFile = temporaryFile(t, 'texts.yaml', "en:\n  general: 'Use {code} at {brand}'\n");
  const { byLanguage } = composeTemplates({ sms: { ...sms, templatesFile }, codes });
  assert.deepEqual(byLanguage.get('en')?.general, {
    beforeCode: 'Use ',
    afterCode: ' at Acme',
    wording: 'Use {code} at {brand}',
  });
});

test('a file that is empty changes nothing', (t) => {
  const templatesFile = temporaryFile(t, 'texts.yaml', '');
  assert.equal(composeTemplates({ sms: { ...sms, templatesFile }, codes }).byLanguage.size, 22);
});

test('faults in the operator’s own texts are those of the file', (t) => {
  const templatesFile = temporaryFile(t, 'texts.yaml', 'en: {general: Your code}\n');
  const settings = { sms: { ...sms, templatesFile }, codes };
  const fault = `sms.templatesFile: en.general has no {code}; accepted: what \`gsp-otp templates check --help\` describes. (${templatesFile}:1)`;
  assert.deepEqual(
    faultsOf(() => composeTemplates(settings)),
    [fault],
  );
  assert.deepEqual(
    faultsOf(() => inspectTemplates(settings)),
    [fault],
  );
  writeFileSync(templatesFile, 'en: {general: "{code}"\n');
  assert.match(faultsOf(() => composeTemplates(settings))[0] ?? '', /can't be read/);
});
