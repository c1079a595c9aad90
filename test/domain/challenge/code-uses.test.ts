import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { contextFits, usedBy } from '../../../src/domain/challenge/code-uses.ts';
import type { OtpContext } from '../../../src/ports/challenge.ts';
import { CODE_USES } from '../../../src/ports/otp-store/recorded-words.ts';

const CONTEXTS: readonly (OtpContext | undefined)[] = [
  ...(['association', 'mandateCreation', 'associationWithMandateCreation', 'unknown'] as const),
  undefined,
];

describe('what a code may be used for', () => {
  it('[OQ-9] a context fits each use but the one that another context is for', () => {
    const unfit = CONTEXTS.flatMap((context) =>
      CODE_USES.filter((use) => !contextFits(context, use)).map((use) => `${context} ${use}`),
    );
    assert.deepEqual(unfit, ['association createMandate', 'mandateCreation associateAccount']);
  });

  it('[VO-2] a code serves once, whatever for', () => {
    for (const otpContext of CONTEXTS.filter((one) => one !== 'associationWithMandateCreation')) {
      for (const first of CODE_USES) {
        assert.deepEqual(usedBy({ uses: [], otpContext }, first), { uses: [first], isUsedUp: true });
        for (const second of CODE_USES)
          assert.equal(usedBy({ uses: [first], otpContext }, second), undefined);
      }
    }
  });

  it('[OQ-9] a code for association together with a mandate serves each of the two once', () => {
    const otpContext = 'associationWithMandateCreation';
    const pair = ['associateAccount', 'createMandate'] as const;
    for (const [first, second] of [pair, pair.toReversed() as unknown as typeof pair]) {
      assert.deepEqual(usedBy({ uses: [], otpContext }, first), { uses: [first], isUsedUp: false });
      const both = [first, second];
      assert.deepEqual(usedBy({ uses: [first], otpContext }, second), { uses: both, isUsedUp: true });
      for (const use of CODE_USES) {
        assert.equal(usedBy({ uses: both, otpContext }, use), undefined);
        if (use !== second) assert.equal(usedBy({ uses: [first], otpContext }, use), undefined, use);
      }
    }
    for (const other of ['verifyOtp', 'capture', 'other'] as const) {
      assert.deepEqual(usedBy({ uses: [], otpContext }, other), { uses: [other], isUsedUp: true });
      for (const use of pair) assert.equal(usedBy({ uses: [other], otpContext }, use), undefined);
    }
  });

  it('in whichever order uses come, at most the two of a pair succeed, and none after one that used it up', () => {
    const asked = fc.array(fc.constantFrom(...CODE_USES), { maxLength: 12 });
    fc.assert(
      fc.property(asked, fc.constantFrom(...CONTEXTS), (uses, otpContext) => {
        let used = { uses: [] as readonly string[], isUsedUp: false };
        for (const use of uses) {
          const next = usedBy({ uses: used.uses as never, otpContext }, use);
          if (next === undefined) continue;
          assert.ok(!used.isUsedUp);
          used = next;
        }
        assert.ok(used.uses.length <= (otpContext === 'associationWithMandateCreation' ? 2 : 1));
        assert.equal(new Set(used.uses).size, used.uses.length);
      }),
    );
  });
});
