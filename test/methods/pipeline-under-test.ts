import { createSecretKey } from 'node:crypto';
import type { TestContext } from 'node:test';
import { createSystemEntropy } from '../../src/adapters/system/system-entropy.ts';
import { plainCodec } from '../../src/codecs/plain.ts';
import { phoneNumberSecret } from '../../src/domain/phone-number.ts';
import { createTemplates } from '../../src/domain/text/sms-template.ts';
import type { CallReport } from '../../src/methods/call-report.ts';
import { createCatalog } from '../../src/methods/catalog.ts';
import { createPipeline } from '../../src/methods/pipeline.ts';
import type { AccountDirectory } from '../../src/ports/account-directory.ts';
import { TRUSTED_CALLER } from '../../src/ports/caller.ts';
import type { MethodName } from '../../src/ports/method-name.ts';
import type { OtpStore } from '../../src/ports/otp-store.ts';
import type { PayloadCodec } from '../../src/ports/payload-codec.ts';
import type { SmsGateway } from '../../src/ports/sms-gateway.ts';
import { UnavailableError } from '../../src/ports/unavailable.ts';
import { openStore } from '../adapters/storage/sqlite/store-under-test.ts';
import { examplePolicy } from '../domain/limits/example-policy.ts';
import { codeIn } from '../support/test-application.ts';
import { TestClock } from '../support/test-clock.ts';

/** One request. */
export interface Input {
  readonly method: MethodName;
  /** `undefined`: `application/json`; `null`: none. */
  readonly contentType?: string | null;
  /** The whole body, or its members beside the header. */
  readonly body: string | Readonly<Record<string, unknown>>;
  /** What the header says beside the version and the present. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** What was answered, and which steps the store was asked for, in order. */
export interface Output {
  readonly status: number;
  /** Result of the method, or code of the ErrorResponse. `undefined`: a body without one. `null`: no body. */
  readonly code: unknown;
  readonly asked: readonly string[];
}

/** `+9199000000` and two digits: 00 has an account, 01 one whose texts are refused, all others have none. */
export const numbers = { known: '+919900000000', refused: '+919900000001', unknown: '+919900000099' };

/** Stands for any sealed format: the first character of a body tells what becomes of it. */
const sealedCodec: PayloadCodec = {
  mediaType: 'application/sealed',
  contentType: 'application/sealed',
  async open(body) {
    if (body[0] === 0x21) return { kind: 'undecryptable' };
    if (body[0] === 0x3f) return { kind: 'unreadable' };
    return body[0] === 0x2d ? { kind: 'wrongly-signed' } : { kind: 'opened', payload: body };
  },
  seal: async (payload) => payload,
  close: async () => undefined,
};

/** The whole pipeline, on a real store in memory of which it is noted what it is asked. */
export function startPipeline(t: TestContext, concurrentMax = 8) {
  const clock = new TestClock();
  const entropy = createSystemEntropy();
  const asked: string[] = [];
  const reports: CallReport[] = [];
  const codes: string[] = [];
  const store = noting(openStore(t, { file: ':memory:' }), asked);
  const secret = createSecretKey('a secret of this test that is long enough', 'utf8');
  const keys = { codeSecrets: new Map([['k1', secret]]), activeCodeSecretId: 'k1', digestKey: secret };
  const terms = { brand: 'Acme', defaultLanguage: 'en', tokenLine: 'last', codeLength: 6 } as const;
  const templates = createTemplates({}, terms);
  const policy = examplePolicy;
  let sealing = true;
  const codec: PayloadCodec = {
    ...plainCodec,
    async seal(payload) {
      if (!sealing) throw new UnavailableError('no capacity to seal');
      return payload;
    },
  };
  const world = { store, directory, gateway: gatewayTo(codes), clock, entropy };
  const pipeline = createPipeline({
    ...world,
    catalog: createCatalog({ ...world, policy, keys, templates, owner: 'this-process' }),
    digestKey: secret,
    codecs: new Map([codec, sealedCodec].map((one) => [one.mediaType, one])),
    report: (report) => reports.push(report),
    budgetMs: 2500,
    twinWaitMs: 2000,
    concurrentMax,
  });

  async function send({ method, contentType = 'application/json', body, header = {} }: Input) {
    const requestHeader = {
      protocolVersion: { major: 1, minor: 0, revision: 0 },
      requestTimestamp: String(clock.nowMs()),
      ...header,
    };
    const text = typeof body === 'string' ? body : JSON.stringify({ requestHeader, ...body });
    const sealed = { method, contentType: contentType ?? undefined, body: new TextEncoder().encode(text) };
    const reply = await pipeline({ ...sealed, caller: TRUSTED_CALLER });
    return { status: reply.status, code: codeOf(reply.body) };
  }

  return {
    clock,
    store,
    codes,
    reports,
    send,
    /** The same, with what the store was asked for it. */
    async tell(input: Input): Promise<Output> {
      asked.length = 0;
      const said = await send(input);
      return { ...said, asked: [...asked] };
    },
    asked,
    breakSealing(broken: boolean) {
      sealing = !broken;
    },
  };
}

function codeOf(body: Uint8Array | undefined): unknown {
  if (body === undefined) return null;
  const { result, errorResponseCode } = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
  return result ?? errorResponseCode;
}

/** The same store, which adds the name of each step to `asked` as it begins. */
function noting(store: OtpStore, asked: string[]): OtpStore {
  return new Proxy(store, {
    get(target, name) {
      const step: unknown = Reflect.get(target, name);
      if (typeof step !== 'function') return step;
      return (...given: unknown[]) => {
        asked.push(String(name));
        return step.apply(target, given);
      };
    },
  });
}

const directory: AccountDirectory = {
  findByAssociationId: async () => undefined,
  findByAccountId: async () => undefined,
  async findByPhoneNumber(number) {
    const phoneNumber = phoneNumberSecret(number.reveal());
    if (number.reveal() === numbers.unknown) return [];
    return [{ accountId: number.reveal().slice(-2), status: 'active', phoneNumber, language: 'en' }];
  },
  check: async () => undefined,
  close: async () => undefined,
};

function gatewayTo(codes: string[]): SmsGateway {
  return {
    name: 'phones',
    async send({ to, text }) {
      if (to.reveal() === numbers.refused)
        return { kind: 'refused', gateway: 'phones', reason: 'quota', detail: '' };
      codes.push(codeIn(text.reveal()));
      return { kind: 'accepted', gateway: 'phones', messageId: undefined };
    },
    close: async () => undefined,
  };
}
