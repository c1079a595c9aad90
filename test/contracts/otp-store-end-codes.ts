import assert from 'node:assert/strict';
import type { CodeEnd, HeldCode, OtpStore } from '../../src/ports/otp-store.ts';
import {
  accepted,
  anAttempt,
  anEcho,
  digest,
  factsFor,
  HOUR,
  idFor,
  issue,
  MINUTE,
  refused,
  settleText,
  T0,
  toJudge,
} from './otp-orders.ts';
import { completeRequest, endCodes, noteReceipt } from './otp-steps.ts';
import type { StoreSuite } from './store-suite.ts';

const maria = { kind: 'account', digest: digest('maria') } as const;
const mariasNumber = { kind: 'phone-number', digest: digest('number of maria') } as const;

async function statesOf(store: OtpStore, ...requestIds: string[]) {
  const challenges = await Promise.all(requestIds.map((requestId) => store.findChallenge(requestId)));
  return challenges.map((challenge) => challenge?.state);
}

/** Which codes are ended, and how. */
export function endCodesContract({ open, test }: StoreSuite): void {
  test('[OQ-70] live codes of an account or a number are ended, and no others', async (t) => {
    const { store, reopen } = await open(t);
    await issue(store, 'marias');
    await settleText(store, accepted('marias'));
    await issue(store, 'joaos', { accountDigest: digest('joao') });
    await issue(store, 'elsewhere', { accountDigest: digest('ana'), phoneNumberDigest: digest('of ana') });
    assert.equal(await endCodes(store, { kind: 'account', digest: digest('joao') }, T0 + MINUTE), 1);
    assert.deepEqual(await statesOf(store, 'marias', 'joaos', 'elsewhere'), [
      'sent',
      'superseded',
      'submitting',
    ]);
    assert.equal(await endCodes(store, mariasNumber, T0 + 5 * MINUTE), 0, 'expired');
    assert.equal(await endCodes(store, mariasNumber, T0 + MINUTE), 1);
    assert.equal(await endCodes(store, mariasNumber, T0 + MINUTE), 0);
    const reopened = await reopen();
    assert.deepEqual(await statesOf(reopened, 'marias', 'elsewhere'), ['superseded', 'submitting']);
    const [history] = await reopened.history('marias');
    assert.deepEqual(history?.challenge?.events.at(-1), { atMs: T0 + MINUTE, event: 'ended', detail: '' });
    assert.equal(history?.state, 'completed');
    // Its gateway answers afterwards.
    await settleText(reopened, accepted('joaos'));
    assert.deepEqual(await statesOf(reopened, 'joaos'), ['superseded']);
  });

  test('asked about is every code whose text was handed over within reach, as it stands in the record', async (t) => {
    const { store } = await open(t);
    const asked = async (of: Parameters<OtpStore['endCodes']>[0]['of'], sinceMs: number) => {
      const codes: HeldCode[] = [];
      const ended = await store.endCodes({ of, sinceMs }, (code) => void codes.push(code));
      assert.equal(ended, 0);
      return codes.toSorted((one, other) => one.challengeId.localeCompare(other.challengeId));
    };
    const codeOf = (requestId: string, changes: Partial<HeldCode> = {}) => ({
      challengeId: idFor(requestId),
      state: 'sent' as const,
      failedAttempts: 0,
      expiresAtMs: T0 + 5 * MINUTE,
      expiresAtWallMs: T0 + HOUR,
      ...changes,
    });
    const wall = { expiresAtWallMs: T0 + HOUR };
    await issue(store, 'too-old', wall, { nowMs: T0 - 1 });
    await issue(store, 'older', wall);
    await settleText(store, accepted('older'));
    const wrong = anAttempt('verify-1', 'older');
    await store.attempt(wrong, toJudge(wrong, false));
    await issue(store, 'refused', wall);
    await settleText(store, refused('refused'));
    await issue(store, 'verified', { ...wall, phoneNumberDigest: digest('another') });
    const right = anAttempt('verify-2', 'verified');
    await store.attempt(right, toJudge(right, true));
    const older = codeOf('older', { failedAttempts: 1 });
    const verified = codeOf('verified', { state: 'verified' });
    const both = [older, verified].toSorted((one, other) => one.challengeId.localeCompare(other.challengeId));
    // The newer one supersedes the older one, which is not looked for.
    assert.deepEqual(await asked(maria, T0), both);
    assert.deepEqual(await asked(mariasNumber, T0), [older]);
    assert.deepEqual(await asked({ kind: 'account', digest: digest('number of maria') }, T0), []);
    assert.deepEqual(await asked(maria, T0 + 1), []);
  });

  test('a code ends as it is decided, and counts for its account as it is decided', async (t) => {
    const { store, reopen } = await open(t);
    const first = await issue(store, 'first');
    await issue(store, 'second');
    await settleText(store, accepted('first'));
    await settleText(store, accepted('second'));
    const event = { atMs: T0 + HOUR, event: 'restored', detail: 'a word' };
    const end: CodeEnd = {
      state: 'exhausted',
      failedAttempts: 7,
      event,
      missteps: [
        { kind: 'wrong', atMs: T0 + 1, times: 10 },
        { kind: 'exhausted', atMs: T0 + 2, times: 1 },
      ],
    };
    const ended = await store.endCodes({ of: maria, sinceMs: T0 }, ({ challengeId }) =>
      challengeId === first.challengeId ? end : undefined,
    );
    assert.equal(ended, 1);
    const reopened = await reopen();
    const challenge = await reopened.findChallenge('first');
    assert.deepEqual([challenge?.state, challenge?.failedAttempts], ['exhausted', 7]);
    assert.deepEqual(challenge?.counted, first.counted);
    assert.deepEqual((await reopened.history('first'))[0]?.challenge?.events.at(-1), event);
    assert.deepEqual(await statesOf(reopened, 'second'), ['sent']);
    const { account } = await factsFor(reopened, 'next', { nowMs: T0 + HOUR });
    assert.deepEqual(account.wrongCodes, [{ atMs: T0 + 1, times: 10 }]);
    assert.deepEqual(account.exhaustions, [{ atMs: T0 + 2, times: 1 }]);
    assert.deepEqual(account.uncomparedCodes, []);
  });
}

const ERASED = { atMs: T0 + HOUR, event: 'erased', detail: '' };
const joao = { accountDigest: digest('joao'), phoneNumberDigest: digest('of joao') };

/** What an erasure takes, and what it leaves. */
export function eraseContract({ open, test }: StoreSuite): void {
  for (const subject of [maria, mariasNumber]) {
    test(`[OQ-96] what tells of a person is taken from challenges, found by ${subject.kind}, and all else stays`, async (t) => {
      const { store, reopen } = await open(t);
      for (const [requestId, whose] of [
        ['send-1', {}],
        ['joaos', joao],
      ] as const) {
        const counted = [{ sends: [{ subject: 'global', windowMs: HOUR, bucket: 1 }], unverified: [] }];
        await issue(store, requestId, { ...whose, counted });
        await settleText(store, accepted(requestId));
      }
      await issue(store, 'refused', { challengeId: idFor('refused') }, { nowMs: T0 + 2 });
      await settleText(store, refused('refused'));
      const { accountDigest, phoneNumberDigest } = {
        accountDigest: maria.digest,
        phoneNumberDigest: mariasNumber.digest,
      };
      const key = { method: 'sendOtp', requestId: 'declined' } as const;
      await completeRequest(store, {
        ...anEcho('', { key, nowMs: T0 + 9 }),
        accountDigest,
        phoneNumberDigest,
      });
      const told = async (one: OtpStore) => ({
        facts: await factsFor(one, 'next', { nowMs: T0 + HOUR }),
        joaos: await one.history('joaos'),
        declined: await one.history('declined'),
      });
      const [before] = await store.history('send-1');
      const [untouched, known] = [await told(store), await store.requestsOf(subject)];
      assert.ok(before?.challenge?.text);

      assert.deepEqual(await store.erase({ of: subject, event: ERASED }), {
        requests: 3,
        newestAtMs: T0 + 200,
      });
      const reopened = await reopen();
      const { challenge } = before;
      const [issued] = challenge.events;
      const erased = { recipient: undefined, numberPrefix: '', counted: [], events: [issued, ERASED] };
      const text = { ...challenge.text, messageId: undefined };
      assert.deepEqual(await reopened.history('send-1'), [
        { ...before, challenge: { ...challenge, ...erased, text } },
      ]);
      assert.deepEqual(await told(reopened), untouched);
      assert.equal((await reopened.requestsOf(subject)).length, known.length);
      assert.deepEqual((await reopened.findChallenge('refused'))?.recipient, undefined);
      // Nobody finds its text any more, and that of somebody else as before.
      const receipt = (requestId: string) => ({
        ...({
          gateway: 'primary',
          receiptKey: `primary:SM-${requestId}`,
          state: 'delivered',
          detail: '',
        } as const),
      });
      assert.equal((await noteReceipt(reopened, receipt('send-1'), T0 + 300)).kind, 'unmatched');
      assert.equal((await noteReceipt(reopened, receipt('joaos'), T0 + 300)).kind, 'recorded');
    });
  }

  test('[OQ-96] what stays is told with its newest moment, also of what limits count', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await issue(store, 'joaos', joao, { nowMs: T0 + 2 * HOUR });
    const order = anAttempt('verify-1', 'send-1');
    await store.attempt(order, toJudge(order, false));
    const erase = (of: typeof maria | typeof mariasNumber) => store.erase({ of, event: ERASED });
    assert.deepEqual(await erase(maria), { requests: 1, newestAtMs: T0 + MINUTE });
    assert.deepEqual(await erase(mariasNumber), { requests: 1, newestAtMs: T0 });
    const nobody = { kind: 'account', digest: digest('nobody') } as const;
    assert.deepEqual(await store.erase({ of: nobody, event: ERASED }), { requests: 0, newestAtMs: 0 });
  });

  test('[OQ-96] as many requests of a person are told as are asked for, the newest', async (t) => {
    const { store } = await open(t);
    for (const at of [0, 1, 2]) await issue(store, `send-${at}`, {}, { nowMs: T0 + at });
    for (const subject of [maria, mariasNumber]) {
      const ids = (await store.requestsOf(subject, 2)).map(({ requestId }) => requestId);
      assert.deepEqual(ids, ['send-2', 'send-1']);
    }
  });
}
