import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSystemClock } from '../../../src/adapters/system/system-clock.ts';
import type { Delivery } from '../../../src/ports/sms-gateway.ts';
import { openStore } from '../../adapters/storage/sqlite/store-under-test.ts';
import { activeAssociation, importTestAccounts } from '../../support/test-accounts.ts';
import { TestClock } from '../../support/test-clock.ts';
import { until } from '../../support/until.ts';
import { ACCEPTED, comparedWrong, MINUTE, REFUSED, start, wrong } from './ledger-under-test.ts';

test('[SO-13, OQ-67] a flood of refused texts stops at the server, and no wrong code is forgotten over it', async (t) => {
  const { app, send, verify, clock, texts, code, answerWith } = await start(t);
  const rounds = ['round-0', 'round-1', 'round-2'];
  for (const requestId of rounds) {
    answerWith(async () => ACCEPTED);
    await send(requestId);
    for (let guess = 0; guess < 4; guess += 1) await verify(requestId, wrong(code()));
    clock.pass(31_000);
    answerWith(async () => REFUSED);
    const before = texts.length;
    for (let flood = 0; flood < 260; flood += 1) await send();
    const asked = texts.length - before;
    assert.ok(asked <= 1, `a gateway that refuses was asked ${asked} times`);
    clock.pass(5000);
  }
  assert.equal(await comparedWrong(app, ...rounds), 5);
  answerWith(async () => ACCEPTED);
  assert.equal(await send(), 'OTP_LIMIT_REACHED');
});

test('[OQ-67, OQ-11] what waits for a gateway that refused binds nothing, and is tried anew afterwards', async (t) => {
  const { send, clock, texts, answerWith } = await start(t);
  answerWith(async () => REFUSED);
  assert.equal(await send('refused'), 'MESSAGE_UNABLE_TO_BE_SENT');
  assert.equal(await send('waits'), 'MESSAGE_UNABLE_TO_BE_SENT');
  assert.equal(await send('refused'), 'MESSAGE_UNABLE_TO_BE_SENT');
  assert.equal(texts.length, 1);
  // The number's, too, whoever asks for it.
  assert.equal(
    await send('by-association', { associationId: activeAssociation(1) }),
    'MESSAGE_UNABLE_TO_BE_SENT',
  );
  assert.equal(texts.length, 1);
  clock.pass(2000);
  answerWith(async () => ACCEPTED);
  assert.equal(await send('waits'), 'SUCCESS');
  assert.equal(texts.length, 2);
});

test('[OQ-67] after so many refused texts in an hour a gateway is not asked for that number', async (t) => {
  const { send, clock, texts, answerWith } = await start(t, { settings: { 'quotas.refusedTexts.max': 3 } });
  answerWith(async () => REFUSED);
  for (let minute = 0; minute < 10; minute += 1) {
    await send();
    clock.pass(MINUTE);
  }
  assert.equal(texts.length, 3);
  clock.pass(51 * MINUTE);
  answerWith(async () => ACCEPTED);
  assert.equal(await send(), 'SUCCESS');
});

test('[OQ-66] a resend that no gateway takes leaves the code that the user holds', async (t) => {
  const { send, verify, clock, code, answerWith } = await start(t);
  await send('first');
  const held = code();
  clock.pass(31_000);
  let release = (_: Delivery) => {};
  let handedOver = () => {};
  const asked = new Promise<void>((resolve) => {
    handedOver = resolve;
  });
  answerWith(() => {
    handedOver();
    return new Promise((resolve) => {
      release = resolve;
    });
  });
  const resent = send('second');
  await asked;
  // Wrong by design: the comparison shows that the older code is alive while the newer one is handed over.
  assert.equal(await verify('first', wrong(held)), 'OTP_NOT_MATCHED');
  release(REFUSED);
  assert.equal(await resent, 'MESSAGE_UNABLE_TO_BE_SENT');
  assert.equal(await verify('first', held), 'SUCCESS');
});

for (const [name, delivery] of Object.entries<Delivery>({
  accepted: ACCEPTED,
  unknown: { kind: 'unknown', gateway: 'phones', detail: 'reset' },
})) {
  test(`[OQ-66, OQ-14] a resend whose text is ${name} supersedes the older code`, async (t) => {
    const { send, verify, clock, code, answerWith } = await start(t);
    await send('first');
    const held = code();
    clock.pass(31_000);
    answerWith(async () => delivery);
    await send('second');
    assert.equal(await verify('first', held), 'OTP_NOT_MATCHED');
    assert.equal(await verify('second', code()), 'SUCCESS');
  });
}

test('[OQ-68, OQ-5] the lock counts from exhaustion, whatever is typed afterwards', async (t) => {
  const { send, verify, clock, code } = await start(t, {
    settings: { 'quotas.exhaustionLockMs': MINUTE, 'quotas.failedVerificationsPerAccount.windowMs': MINUTE },
  });
  await send('first');
  for (let guess = 0; guess < 5; guess += 1) await verify('first', wrong(code()));
  for (let tries = 0; tries < 5; tries += 1) {
    clock.pass(12_000 - 1);
    assert.equal(await send(), 'OTP_LIMIT_REACHED');
    assert.equal(await verify('first', code()), 'OTP_NOT_MATCHED');
  }
  clock.pass(5);
  assert.equal(await send(), 'SUCCESS');
});

test('[OQ-68, SO-13] codes that are not compared end in OTP_LIMIT_REACHED at the next sendOtp', async (t) => {
  const { send, verify, clock, code } = await start(t, {
    settings: { 'quotas.uncomparedVerificationsPerAccount': { max: 4, windowMs: 20 * MINUTE } },
  });
  await send('first');
  clock.pass(10 * MINUTE);
  for (let tries = 0; tries < 3; tries += 1) await verify('first', code());
  assert.equal(await send('second'), 'SUCCESS');
  assert.equal(await verify('first', code()), 'OTP_NOT_MATCHED');
  clock.pass(MINUTE);
  assert.equal(await send(), 'OTP_LIMIT_REACHED');
  // What is live is still compared.
  assert.equal(await verify('second', code()), 'SUCCESS');
  clock.pass(20 * MINUTE);
  assert.equal(await send(), 'SUCCESS');
});

test('[OQ-8, IDEM-11] two applications on one store send one text for one request', async (t) => {
  const clock = new TestClock();
  const store = openStore(t);
  const dataDirectory = mkdtempSync(join(tmpdir(), 'gsp-otp-shared-'));
  t.after(() => rmSync(dataDirectory, { recursive: true, force: true }));
  await importTestAccounts(dataDirectory);
  const options = { dataDirectory, overrides: { clock, store } };
  const one = await start(t, options);
  const two = await start(t, options);
  let release = (_: Delivery) => {};
  const asked = new Promise<void>((resolve) => {
    one.answerWith(() => {
      resolve();
      return new Promise((resolveDelivery) => {
        release = resolveDelivery;
      });
    });
  });
  const first = one.send('same');
  await asked;
  const second = two.send('same');
  // It looks again and again; until now the claim of the other one holds.
  await until(() => clock.waitingWithin(50) > 0);
  release(ACCEPTED);
  assert.equal(await first, 'SUCCESS');
  clock.pass(50);
  assert.equal(await second, 'SUCCESS');
  assert.equal(one.texts.length + two.texts.length, 1);
});

for (const jumpMs of [400 * 86_400_000, 11 * MINUTE, -400 * 86_400_000]) {
  test(`[IDEM-11, OQ-69] a clock that jumps by ${jumpMs} ms within a request makes no second code`, async (t) => {
    const wall = { wallMs: 1_800_000_000_000, monotonicMs: 0 };
    const clock = createSystemClock(0, { wallMs: () => wall.wallMs, monotonicMs: () => wall.monotonicMs });
    const { send, texts, answerWith, verify, code } = await start(t, { overrides: { clock } });
    answerWith(async () => {
      wall.wallMs += jumpMs;
      return { kind: 'unknown', gateway: 'phones', detail: 'reset' };
    });
    assert.equal(await send('same'), 'MESSAGE_UNABLE_TO_BE_SENT');
    answerWith(async () => ACCEPTED);
    const again = await send('same');
    assert.equal(new Set(texts).size, 1);
    if (again === 'SUCCESS') assert.equal(await verify('same', code()), 'SUCCESS');
  });
}
