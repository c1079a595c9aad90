import type { AssociateOrder } from '../../domain/associations/associate.ts';
import type { ConsumeOrder } from '../../domain/consume/consume-order.ts';
import type { Consumption } from '../../domain/consume/consume-otp.ts';
import { Secret } from '../../ports/secret.ts';
import type { Performers } from './call.ts';
import type { RequestOf } from './operations.ts';
import { Problem } from './problems.ts';
import type { SubjectOf } from './subjects.ts';

/** The use cases for handlers of Google's other methods. */
export interface CodeUseCases {
  readonly consumeOtp: (order: ConsumeOrder) => Promise<Consumption>;
  readonly associate: (order: AssociateOrder) => Promise<'associated' | 'taken' | 'unknown-account'>;
  readonly dissociate: (associationId: string) => Promise<'dissociated' | 'unknown-association'>;
}

/** What uses codes, and adds and removes associations. */
export function codePerformers(
  useCases: CodeUseCases,
  subject: SubjectOf,
): Pick<Performers, 'consumeOtp' | 'associate' | 'dissociate'> {
  return {
    async consumeOtp(request, { idempotencyKey: requestId, demand, tell }) {
      const { purpose, associate } = request;
      if (associate !== undefined) demand('associate');
      tell({ requestId, detail: purpose });
      const consumption = await asked(useCases.consumeOtp(orderOf(request, requestId)));
      if (consumption.kind !== 'answered') throw refusalOf(consumption.kind);
      const { consumptionId, result, accountId, isReplay } = consumption;
      tell({ result, ...(isReplay && { detail: `${purpose}, answered before` }) });
      if (accountId === undefined) return { consumptionId, result };
      tell(subject('account', accountId));
      return { consumptionId, result, accountId };
    },
    async associate({ accountId, associationId }, { idempotencyKey: requestId, tell }) {
      tell({ requestId, ...subject('account', accountId) });
      const outcome = await asked(useCases.associate({ requestId, accountId, associationId }));
      if (outcome === 'associated') return { accountId };
      throw outcome === 'taken'
        ? associationTaken('#/associationId')
        : faultAt('unknown-account', '#/accountId', 'must be of an account that the directory has');
    },
    async dissociate({ associationId }, { tell }) {
      tell(subject('association', associationId));
      if ((await asked(useCases.dissociate(associationId))) === 'dissociated') return {};
      throw faultAt('unknown-association', '#/associationId', 'names nobody');
    },
  };
}

/** Throws a `Problem` for what the use case says can't be an order: it names the member and quotes no value. */
async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const [, path = '', detail = error.message] = /^([A-Za-z.]+) (.*)$/s.exec(error.message) ?? [];
    throw faultAt('invalid-request', `#/${path.replaceAll('.', '/')}`, detail);
  }
}

function faultAt(
  problem:
    | 'invalid-request'
    | 'unknown-request'
    | 'unknown-account'
    | 'unknown-association'
    | 'association-taken',
  pointer: string,
  detail: string,
): Problem {
  return new Problem(problem, `${pointer} ${detail}`, { errors: [{ pointer, detail }] });
}

function associationTaken(pointer: string): Problem {
  return faultAt('association-taken', pointer, 'is taken; answer Google with an error');
}

function refusalOf(kind: Exclude<Consumption['kind'], 'answered'>): Problem {
  switch (kind) {
    case 'conflict':
      return new Problem('idempotency-key-reused', 'nothing was done: a request id is for one body');
    case 'busy':
      return new Problem('under-way', 'ask again, with the same key and body');
    case 'association-taken':
      return associationTaken('#/associate/associationId');
    case 'unknown-identifier':
      return faultAt('unknown-request', '#/otpVerification/sendOtpRequestId', 'must be of a sendOtp');
  }
}

function orderOf({ otpVerification, ...order }: RequestOf<'consumeOtp'>, requestId: string): ConsumeOrder {
  const { sendOtpRequestId, otp } = otpVerification;
  return { ...order, requestId, otpVerification: { sendOtpRequestId, otp: new Secret(otp, '[code]') } };
}
