import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, test } from 'node:test';
import type { ConsumeOrder } from '../../../src/domain/consume/consume-order.ts';
import type { Consumption } from '../../../src/domain/consume/consume-otp.ts';
import type { InternalTold } from '../../../src/methods/internal/call.ts';
import type { RequestOf } from '../../../src/methods/internal/operations.ts';
import { createPerformers, type UseCases } from '../../../src/methods/internal/perform.ts';
import { Problem } from '../../../src/methods/internal/problems.ts';
import type { Scope } from '../../../src/ports/caller.ts';

const never = () => Promise.reject(new Error('nobody asks'));
const request: RequestOf<'consumeOtp'> = {
  purpose: 'associateAccount',
  otpVerification: { sendOtpRequestId: 's-1', otp: '123456' },
};

function performersWith(useCases: Partial<UseCases>) {
  const told: InternalTold[] = [];
  const required: Scope[] = [];
  const all = {
    ...{ consumeOtp: never, associate: never, dissociate: never },
    ...{ endCodes: never, explainRequest: never, findRequests: never },
    ...{ erasePerson: never, exportPerson: never },
    ...useCases,
  };
  const keys = { digestKey: createSecretKey(Buffer.alloc(32, 7)) };
  const call = {
    deadline: { atMs: 0, remainingMs: () => 1, signal: new AbortController().signal },
    idempotencyKey: 'a-1',
    demand: (scope: Scope) => void required.push(scope),
    tell: (one: InternalTold) => void told.push(one),
  };
  return {
    performers: createPerformers({ useCases: all, keys }),
    call,
    told: () => Object.assign({}, ...told),
    required,
  };
}

const problemOf = async (outcome: Promise<unknown>): Promise<Problem> => {
  const thrown = await outcome.catch((error: unknown) => error);
  return thrown instanceof Problem ? thrown : assert.fail(`no problem: ${thrown}`);
};

describe('what comes of a consumption', () => {
  const kinds: readonly (readonly [Consumption, number, string, string | undefined])[] = [
    [{ kind: 'conflict' }, 422, 'idempotency-key-reused', undefined],
    [{ kind: 'busy' }, 409, 'under-way', undefined],
    [{ kind: 'association-taken' }, 409, 'association-taken', '#/associate/associationId'],
    [
      { kind: 'unknown-identifier', identifier: 'sendOtpRequestId' },
      404,
      'unknown-request',
      '#/otpVerification/sendOtpRequestId',
    ],
  ];
  for (const [consumption, status, name, pointer] of kinds) {
    test(`${consumption.kind} is ${status} ${name}`, async () => {
      const { performers, call } = performersWith({ consumeOtp: async () => consumption });
      const problem = await problemOf(performers.consumeOtp(request, call));
      assert.deepEqual([problem.status, problem.problem], [status, name]);
      assert.deepEqual(
        problem.errors.map((error) => error.pointer),
        pointer === undefined ? [] : [pointer],
      );
    });
  }

  test('a result is answered, and told with whose code it was, by a digest', async () => {
    const orders: ConsumeOrder[] = [];
    const answered = {
      kind: 'answered',
      consumptionId: 'c-1',
      result: 'SUCCESS',
      accountId: 'acc-1',
      isReplay: true,
    } as const;
    const consumeOtp = async (order: ConsumeOrder) => {
      orders.push(order);
      return answered;
    };
    const { performers, call, told, required } = performersWith({ consumeOtp });
    const body = await performers.consumeOtp({ ...request, associate: { associationId: 'assoc-1' } }, call);
    assert.deepEqual(body, { consumptionId: 'c-1', result: 'SUCCESS', accountId: 'acc-1' });
    assert.deepEqual(required, ['associate']);
    const [order] = orders;
    assert.deepEqual([order?.requestId, order?.associate], ['a-1', { associationId: 'assoc-1' }]);
    assert.equal(order?.otpVerification.otp.reveal(), '123456');
    assert.ok(!JSON.stringify(order).includes('123456'));
    const { subject, ...rest } = told();
    assert.match(subject, /^account [0-9a-f]{16}$/);
    assert.deepEqual(rest, {
      requestId: 'a-1',
      result: 'SUCCESS',
      detail: 'associateAccount, answered before',
    });
  });

  test('what can not be an order names its member', async () => {
    const consumeOtp = () =>
      Promise.reject(new RangeError('otpVerification.sendOtpRequestId must be shorter'));
    const { performers, call } = performersWith({ consumeOtp });
    const { problem, errors } = await problemOf(performers.consumeOtp(request, call));
    assert.equal(problem, 'invalid-request');
    assert.deepEqual(errors, [{ pointer: '#/otpVerification/sendOtpRequestId', detail: 'must be shorter' }]);
  });
});
