import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeFault } from '../../src/config/faults.ts';
import { findPlaceholders, isPlaceholder } from '../../src/config/placeholders.ts';
import { inspectConfig } from '../../src/settings/load.ts';
import { faultsOf, temporaryFile } from './config-under-test.ts';

const root = join(import.meta.dirname, '../..');

const told = (overrides: Readonly<Record<string, unknown>>, profile = 'production') =>
  faultsOf({ env: { TOKEN: '<token>' }, overrides: { profile, ...overrides } }).map(describeFault);

test('production refuses a placeholder that was left, wherever it stands, and says which', () => {
  const gateway = {
    kind: 'http',
    url: 'https://gateway.bank.net/<account>/send',
    headers: { 'x-sender': 'YOUR_SENDER' },
    body: '<sms><to>{to}</to><text>{text}</text><from><your sender></from></sms>',
    accepted: { statuses: [200] },
  };
  const lines = told({
    'sms.brand': '<Your Bank>',
    'sms.gateway': gateway,
    'digests.secret': { env: 'TOKEN' },
  });
  for (const start of [
    'sms.brand: has <Your Bank> in it, a placeholder that was left; accepted: what it stands for.',
    'sms.gateway.url: has <account> in it',
    'sms.gateway.headers.x-sender: has YOUR_SENDER in it',
    'sms.gateway.body: has <your sender> in it',
    'digests.secret: the environment variable TOKEN holds a placeholder that was left',
  ])
    assert.ok(
      lines.some((line) => line.startsWith(start)),
      `${start}\n${lines.join('\n')}`,
    );
  const xml = {
    ...gateway,
    url: 'https://gateway.bank.net/send',
    headers: {},
    body: '<to>{to}</to><text>{text}</text>',
  };
  assert.ok(!told({ 'sms.gateway': xml }).some((line) => line.includes('placeholder')));
  assert.deepEqual(told({ 'sms.brand': '<Your Bank>' }, 'sandbox'), []);
  const { warnings } = inspectConfig({
    env: {},
    overrides: { profile: 'sandbox', 'sms.brand': '<Your Bank>' },
  });
  assert.ok(
    warnings.includes(
      'sms.brand: has <Your Bank> in it, a placeholder that was left; production refuses that',
    ),
  );
});

test('numbers and names that belong to nobody are warned of', () => {
  const nobodys = {
    a: 'https://receipts.bank.example/x',
    b: 'smsc.example',
    c: '+12025550100',
    d: ['http://proxy.example.com:3128'],
    e: { f: 'a@example.org' },
  };
  const somebodys = {
    g: 'example.bank.com',
    h: '+12025550234',
    i: 'https://my.example.net.bank.com',
    j: 'For example',
  };
  const { marked, plain } = findPlaceholders({ ...nobodys, ...somebodys });
  assert.deepEqual(marked, []);
  const texts = ['receipts.bank.example', 'smsc.example', '+12025550100', 'proxy.example.com', 'example.org'];
  assert.deepEqual(
    plain,
    ['a', 'b', 'c', 'd.0', 'e.f'].map((path, at) => ({ path, text: texts[at] })),
  );
});

test('a placeholder is known by its words too, and what has none of them is none', () => {
  for (const text of [
    '[your sender]',
    '{your id}',
    'YOUR-SENDER',
    'CHANGEME',
    'change-me',
    'REPLACE_THIS',
    'TODO:',
    'XXXX',
  ])
    assert.deepEqual(findPlaceholders({ a: `at ${text}, b` }).marked, [{ path: 'a', text }], text);
  assert.deepEqual(findPlaceholders({ a: 'TODO' }).marked, [{ path: 'a', text: 'TODO' }]);
  assert.ok(isPlaceholder('TODO'));
  for (const text of [
    'TODO PAGO',
    'MERCADO TODO',
    'Yourbank',
    'your-bank',
    'Exchange Me',
    'Todos',
    'XXL',
    '{to} {text}',
    '[urgent]',
  ])
    assert.deepEqual(findPlaceholders({ a: text }).marked, [], text);
});

test('what somebody wrote between the marks of a placeholder is not repeated if it may be a secret', () => {
  const { marked } = findPlaceholders({
    url: 'https://g.bank.net/?p=<hunter2pw>',
    sid: 'AC<32 hexadecimal digits>',
  });
  assert.deepEqual(
    marked.map(({ text }) => text),
    ['<***>', '<32 hexadecimal digits>'],
  );
});

test('every placeholder of the examples is seen', () => {
  const files = ['examples', 'examples/gateways'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(root, folder, name)),
  );
  const texts = files.filter((file) => file.endsWith('.yaml')).map((file) => readFileSync(file, 'utf8'));
  const marked = texts.flatMap((text) => text.replaceAll(/#.*/g, '').match(/<[^<>\n]+>|YOUR_\w+/g) ?? []);
  assert.ok(marked.length >= 5, marked.join());
  for (const placeholder of marked)
    assert.equal(findPlaceholders({ placeholder }).marked[0]?.text, placeholder);
});

test('a name that nothing is called by is not repeated where it may be a secret', (t) => {
  const key = 'Bearer sk4live9Hq2Zt7Wm5';
  for (const [text, place] of [
    [`sms: {gateway: {kind: http, headers: {"${key}": x}}}`, 'sms.gateway.headers.***: is not a name for it'],
    [
      `sms: {gateway: {kind: http, secrets: {"${key}": {value: x}}}}`,
      'sms.gateway.secrets.***: is not a name',
    ],
    [`sms: {"${key}": x}`, 'sms.***: is not a setting'],
    [`"${key.slice(7)}": x`, '***: is not a setting'],
    [`sms: {gateway: {kind: http, check: {headers: {"${key}": x}}}}`, 'sms.gateway.check.headers.***'],
    [`sms: {gateway: {kind: http, headers: {"${key.slice(7)}": 5}}}`, 'sms.gateway.headers.***: '],
  ] as const) {
    const lines = faultsOf({ file: temporaryFile(t, 'a.yaml', text) }).map(describeFault);
    assert.ok(
      lines.some((line) => line.startsWith(place)),
      `${place}\n${lines.join('\n')}`,
    );
    assert.ok(!lines.join('\n').includes('sk4live'), lines.join('\n'));
  }
});
