import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { awsRefusals } from '../../../src/adapters/sms/aws-refusals.ts';
import { infobipRefusals } from '../../../src/adapters/sms/infobip.ts';
import { smppRefusals } from '../../../src/adapters/sms/smpp-refusals.ts';
import { twilioRefusals } from '../../../src/adapters/sms/twilio-refusals.ts';
import { vonageRefusals } from '../../../src/adapters/sms/vonage.ts';

const page = readFileSync(new URL('../../../docs/gateways.md', import.meta.url), 'utf8');

const tables = {
  Twilio: twilioRefusals,
  Vonage: vonageRefusals,
  AWS: awsRefusals,
  Infobip: infobipRefusals,
  SMPP: smppRefusals,
};

for (const [gateway, table] of Object.entries(tables)) {
  test(`docs/gateways.md tells every code of ${gateway}, its class and where that comes from`, () => {
    const [, section = ''] = page.split(`\n## ${gateway}\n`);
    const [own = ''] = section.split('\n## ');
    const rows = [...own.matchAll(/^\| `([^`]+)` \|.* `([a-z-]+)` \| \[[^\]]+\]\(https:\/\/[^)]+\) \|$/gm)];
    const told = Object.fromEntries(rows.map(([, code = '', reason = '']) => [code, reason]));
    assert.deepEqual(told, Object.fromEntries(Object.entries(table)));
  });
}
