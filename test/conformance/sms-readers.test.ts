import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { SmsConfig } from '../../conformance/run/config.ts';
import { CouldNotRun } from '../../conformance/run/could-not-run.ts';
import { openTextReader } from '../../conformance/subjects/sms/open-text-reader.ts';
import { TextsUnreadable } from '../../conformance/subjects/sms/text-reader.ts';

async function reading<T>(
  sms: SmsConfig,
  use: (list: (to: string) => Promise<readonly string[]>) => Promise<T>,
): Promise<T> {
  const reader = await openTextReader(sms);
  try {
    assert.ok(reader.list);
    return await use(reader.list);
  } finally {
    await reader.close();
  }
}

async function serving(answer: (url: string) => unknown, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => response.end(JSON.stringify(answer(request.url ?? ''))));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  try {
    await use(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  } finally {
    server.close();
  }
}

test('the inbox is asked for one number', () =>
  serving(
    (url) => ({
      texts: [
        { to: new URL(url, 'http://x').searchParams.get('to'), text: 'a' },
        { to: '+19', text: 'b' },
      ],
    }),
    async (url) => {
      const texts = await reading({ kind: 'inbox', url: `${url}/inbox` }, (list) => list('+14035550100'));
      assert.deepEqual(texts, ['a']);
    },
  ));

test('any JSON route is read by paths', () =>
  serving(
    (url) => ({
      data: {
        items: [
          { msisdn: '+1', body: { parts: [url] } },
          { msisdn: '+2', body: {} },
        ],
      },
    }),
    async (url) => {
      const sms = {
        kind: 'http',
        url: `${url}/of/{phoneNumber}`,
        messages: 'data.items',
        text: 'body.parts.0',
      } as const;
      assert.deepEqual(await reading(sms, (list) => list('+1')), ['/of/%2B1']);
      assert.deepEqual(await reading({ ...sms, to: 'msisdn' }, (list) => list('+2')), []);
    },
  ));

test('a route that fails is nobody’s failure but its own', async () => {
  const sms = { kind: 'http', url: 'http://127.0.0.1:1/', text: 'text' } as const;
  await assert.rejects(
    reading(sms, (list) => list('+1')),
    TextsUnreadable,
  );
});

test('a webhook takes JSON and forms, and says what it misses', async () => {
  const reader = await openTextReader({ kind: 'webhook', port: 0, to: 'to', text: 'message.body' });
  const url = /http:\S+/.exec(reader.describes)?.[0] ?? '';
  const post = (body: string, type: string) =>
    fetch(url, { method: 'POST', body, headers: { 'content-type': type } });
  const json = { to: '+14035550100', message: { body: 'one' } };
  assert.equal((await post(JSON.stringify(json), 'application/json')).status, 200);
  assert.equal((await post(JSON.stringify({ to: '+1' }), 'application/json')).status, 400);
  assert.equal((await post('not JSON', 'application/json')).status, 400);
  assert.deepEqual(await reader.list?.('+14035550100'), ['one']);
  await reader.close();

  const forms = await openTextReader({ kind: 'webhook', port: 0, to: 'To', text: 'Body' });
  const formUrl = /http:\S+/.exec(forms.describes)?.[0] ?? '';
  await fetch(formUrl, { method: 'POST', body: new URLSearchParams({ To: '14035550100', Body: 'two' }) });
  assert.deepEqual(await forms.list?.('+14035550100'), ['two']);
  await forms.close();
});

test('a command prints the texts of the number in its environment', async () => {
  const script = 'console.log(JSON.stringify(["for " + process.env.PHONE_NUMBER]))';
  const sms = { kind: 'command', command: [process.execPath, '-e', script] } as const;
  assert.deepEqual(await reading({ ...sms, command: [...sms.command] }, (list) => list('+1')), ['for +1']);
  await assert.rejects(
    reading({ kind: 'command', command: [process.execPath, '-e', 'console.log("no JSON")'] }, (list) =>
      list('+1'),
    ),
    TextsUnreadable,
  );
});

const spellings = [
  '+14035550100',
  '14035550100',
  '0014035550100',
  '+1 403 555-0100',
  '+1 (403) 555.0100',
  14035550100,
];

test('a route and a webhook may write numbers in any international way', async () => {
  const webhook = await openTextReader({ kind: 'webhook', port: 0, to: 'to', text: 'text' });
  const webhookUrl = /http:\S+/.exec(webhook.describes)?.[0] ?? '';
  const messages = spellings.map((to, index) => ({ to, text: `text ${index}` }));
  const others = [{ to: '+14035550101' }, { to: '4035550100' }, { to: '+' }, { to: 'GSP' }, { to: null }];
  const strangers = others.map((other) => ({ ...other, text: 'other' }));
  for (const message of [...messages, ...strangers])
    await fetch(webhookUrl, { method: 'POST', body: JSON.stringify(message) });
  const expected = messages.map(({ text }) => text);
  assert.deepEqual(await webhook.list?.('+14035550100'), expected);
  await webhook.close();
  await serving(
    () => [...strangers, ...messages],
    async (url) => {
      const sms = { kind: 'http', url, to: 'to', text: 'text' } as const;
      assert.deepEqual(await reading(sms, (list) => list('+14035550100')), expected);
    },
  );
});

test('a path that leads nowhere is told, and is no text that never came', () =>
  serving(
    () => [{ to: '+14035550100', text: 'a' }],
    async (url) => {
      for (const paths of [
        { to: 'msisdn', text: 'text' },
        { to: 'to', text: 'body' },
      ]) {
        const sms = { kind: 'http', url: `${url}?key=secret`, ...paths } as const;
        await assert.rejects(
          reading(sms, (list) => list('+14035550100')),
          (error: Error) => error instanceof TextsUnreadable && /msisdn|body/.test(error.message),
        );
      }
    },
  ));

test('an answer that inflates beyond 4 MiB, and a text beyond 16,384 characters, are not taken in', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
  const long = JSON.stringify([{ text: 'a'.repeat(16_385) }]);
  for (const [body, encoding, reason] of [
    [bomb, 'gzip', /more than 4194304 bytes/],
    [Buffer.from(long), 'identity', /16385 characters/],
  ] as const) {
    const server = createServer((_, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
    await assert.rejects(
      reading({ kind: 'http', url, text: 'text' }, (list) => list('+1')),
      (error: Error) => error instanceof TextsUnreadable && reason.test(error.message),
    );
    server.closeAllConnections();
    server.close();
  }
});

test('the keys of a route go nowhere else: a redirect is not followed', async () => {
  let followed = 0;
  await serving(
    () => {
      followed += 1;
      return [];
    },
    async (other) => {
      const server = createServer((_, response) => response.writeHead(302, { location: other }).end());
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
      const sms = { kind: 'http', url, text: 'text', headers: { 'x-api-key': 'secret' } } as const;
      await assert.rejects(
        reading(sms, (list) => list('+1')),
        /redirects are not followed/,
      );
      server.close();
    },
  );
  assert.equal(followed, 0);
});

test('a key in the URL of a route is not shown', async () => {
  const reader = await openTextReader({ kind: 'http', url: 'http://localhost/texts?key=abc', text: 'text' });
  assert.equal(reader.describes, 'from http://localhost/texts');
});

test('a webhook whose port or host can’t be had names the setting, and nothing begins', async () => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const open = (host: string) => openTextReader({ kind: 'webhook', host, port, to: 'to', text: 'text' });
  try {
    await assert.rejects(
      open('127.0.0.1'),
      (error: Error) => error instanceof CouldNotRun && error.message.includes(`sms.port ${port}`),
    );
    await assert.rejects(open('192.0.2.1'), CouldNotRun);
  } finally {
    taken.close();
  }
});
