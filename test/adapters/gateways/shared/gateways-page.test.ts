import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { awsRefusals } from '../../../../src/adapters/gateways/aws/refusals.ts';
import { infobipRefusals } from '../../../../src/adapters/gateways/infobip/gateway.ts';
import { refusalClasses } from '../../../../src/adapters/gateways/shared/refusal-classes.ts';
import { smppRefusals } from '../../../../src/adapters/gateways/smpp/refusals.ts';
import { twilioRefusals } from '../../../../src/adapters/gateways/twilio/refusals.ts';
import { vonageRefusals } from '../../../../src/adapters/gateways/vonage/gateway.ts';

const page = readFileSync(new URL('../../../../docs/gateways.md', import.meta.url), 'utf8');

test('docs/gateways.md tells of every class whether failover goes on, and whether it counts against the gateway', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| [^|]+ \| (yes|no) \| (yes|no) \|$/gm)];
  const told = Object.fromEntries(
    rows.map(([, reason = '', on, against]) => [
      reason,
      { goesOn: on === 'yes', countsAgainst: against === 'yes' },
    ]),
  );
  assert.deepEqual(told, refusalClasses);
});

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
