import { randomUUID } from 'node:crypto';
import { type LoadResult, load } from './load.ts';
import type { Run } from './report.ts';
import { phoneNumberOf, type Subject } from './subjects.ts';

export interface Scenario {
  readonly name: string;
  /** One run of `count` requests; each run uses requests of its own. */
  measure(subject: Subject, connections: number, count: number): Promise<Run>;
}

/** Each run takes accounts that no earlier run of the same subject took, as long as there are enough. */
const accountsUsed = new WeakMap<Subject, number>();

function takeAccounts(subject: Subject, count: number): number {
  const first = accountsUsed.get(subject) ?? 0;
  accountsUsed.set(subject, first + count);
  return first;
}

const encoder = new TextEncoder();

function requestHeader(requestId: string) {
  const protocolVersion = { major: 1, minor: 0, revision: 0 };
  return { protocolVersion, requestId, requestTimestamp: String(Date.now()) };
}

export function sendOtpBody(requestId: string, phoneNumber: string): Uint8Array {
  const context = { smsMatchingToken: 'AB12345678C', otpContext: { association: {} } };
  return json({ requestHeader: requestHeader(requestId), accountPhoneNumber: phoneNumber, ...context });
}

function json(value: object): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

function expectSuccess(status: number, body: string): void {
  if (status !== 200 || !body.includes('"SUCCESS"')) throw new Error(`unexpected answer: ${status} ${body}`);
}

/** The request of a peer that stands for a sendOtp. */
export const peerSend: Scenario = {
  name: 'sendOtp',
  measure(subject, connections, count) {
    const first = takeAccounts(subject, count);
    const requestOf = (number: number) => ({
      path: '/api/auth/phone-number/send-otp',
      body: json({ phoneNumber: phoneNumberOf(first + number) }),
    });
    const expect = (status: number, body: string) => {
      if (status !== 200) throw new Error(`unexpected answer: ${status} ${body}`);
    };
    return measured(subject, count, () =>
      load({ ports: subject.ports, connections, requests: count, request: requestOf, expect }),
    );
  },
};

const sendOtp: Scenario = {
  name: 'sendOtp',
  measure(subject, connections, count) {
    const run = randomUUID();
    const first = takeAccounts(subject, count);
    return measured(subject, count, () =>
      load({
        ports: subject.ports,
        connections,
        requests: count,
        request: (number) => ({
          path: '/v1/sendOtp',
          body: sendOtpBody(`${run}:${number}`, phoneNumberOf((first + number) % (subject.accounts || 1))),
        }),
        expect: expectSuccess,
      }),
    );
  },
};

const replay: Scenario = {
  name: 'sendOtp replayed',
  async measure(subject, connections, count) {
    const requestId = `replayed-${randomUUID()}`;
    const phoneNumber = phoneNumberOf(takeAccounts(subject, 1) % (subject.accounts || 1));
    const request = () => ({ path: '/v1/sendOtp', body: sendOtpBody(requestId, phoneNumber) });
    const common = { ports: subject.ports, request, expect: expectSuccess };
    await load({ ...common, connections: 1, requests: 1 });
    return measured(subject, count, () => load({ ...common, connections, requests: count }));
  },
};

const verifyOtp: Scenario = {
  name: 'verifyOtp',
  async measure(subject, connections, count) {
    const run = randomUUID();
    const first = takeAccounts(subject, count);
    const numberOf = (number: number) => phoneNumberOf((first + number) % (subject.accounts || 1));
    const common = { ports: subject.ports, connections, requests: count, expect: expectSuccess };
    await load({
      ...common,
      connections: 16,
      request: (number) => ({
        path: '/v1/sendOtp',
        body: sendOtpBody(`${run}:${number}`, numberOf(number)),
      }),
    });
    const codes = await subject.codes();
    return measured(subject, count, () =>
      load({
        ...common,
        request: (number) => {
          const requestId = `${run}:${number}`;
          const otp = codes.get(numberOf(number)) ?? '000000';
          const body = json({ requestHeader: requestHeader(requestId), sendOtpRequestId: requestId, otp });
          return { path: '/v1/verifyOtp', body };
        },
      }),
    );
  },
};

const echo: Scenario = {
  name: 'echo',
  measure(subject, connections, count) {
    const run = randomUUID();
    return measured(subject, count, () =>
      load({
        ports: subject.ports,
        connections,
        requests: count,
        request: (number) => ({
          path: '/v1/echo',
          body: json({ requestHeader: requestHeader(`${run}:${number}`), clientMessage: 'hello there' }),
        }),
        expect: (status) => {
          if (status !== 200) throw new Error(`unexpected status ${status}`);
        },
      }),
    );
  },
};

export const scenarios: readonly Scenario[] = [sendOtp, replay, verifyOtp, echo];

export const sendAndVerify: readonly Scenario[] = [sendOtp, verifyOtp];

/** What a subject spent on `count` requests, and how fast they were. */
export async function measured(
  subject: Subject,
  count: number,
  run: () => Promise<LoadResult>,
): Promise<Run> {
  const before = await subject.measurements();
  const { perSecond, p50Ms, p99Ms } = await run();
  const after = await subject.measurements();
  return {
    perSecond,
    p50Ms,
    p99Ms,
    cpuMicrosPerRequest: ((after.cpuMs - before.cpuMs) * 1000) / count,
    commitsPerRequest: (after.commits - before.commits) / count,
    bytesPerRequest: (after.bytesWritten - before.bytesWritten) / count,
    residentMegabytes: after.residentBytes / 1e6,
    databaseMicrosPerRequest: ((after.databaseCpuMs - before.databaseCpuMs) * 1000) / count,
  };
}
