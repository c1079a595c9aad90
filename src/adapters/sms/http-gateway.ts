import type { Deadline } from '../../ports/clock.ts';
import type { CredentialCheck, Delivery, SmsGateway, SmsMessage } from '../../ports/sms-gateway.ts';
import { exchange, type GatewayAnswer, type GatewayRequest } from './exchange.ts';
import type { Verdict } from './verdict.ts';

/** What one gateway does differently from the others. */
export interface GatewayDialect {
  readonly name: string;
  /** Puts a message into the gateway's words. Does no input or output. */
  write(message: SmsMessage): GatewayRequest | Promise<GatewayRequest>;
  /** Tells what an answer, of whatever status, says about the message. */
  read(answer: GatewayAnswer): Verdict;
  /** Absent: the gateway has no call that tells whether credentials are right. */
  readonly credentialCheck?: CredentialCheckDialect | undefined;
}

/** A call that needs the credentials and does nothing. */
export interface CredentialCheckDialect {
  write(): GatewayRequest | Promise<GatewayRequest>;
  read(answer: GatewayAnswer): CredentialCheck;
}

/** A gateway that takes one message by one HTTP request. */
export function createHttpGateway(dialect: GatewayDialect): SmsGateway {
  const { name, credentialCheck } = dialect;
  const running = new Set<Promise<Delivery>>();
  return {
    name,
    send(message, deadline) {
      const sending = submit(dialect, message, deadline)
        .catch((error: unknown) => unknownAfter(error))
        .then((verdict): Delivery => ({ ...withoutNumber(verdict, message), gateway: name }));
      running.add(sending);
      return sending.finally(() => running.delete(sending));
    },
    checkCredentials:
      credentialCheck && ((deadline) => checkCredentials(credentialCheck, deadline).catch(unknownAfter)),
    async close() {
      await Promise.all(running);
    },
  };
}

async function submit(dialect: GatewayDialect, message: SmsMessage, deadline: Deadline): Promise<Verdict> {
  const result = await exchange(await dialect.write(message), deadline);
  switch (result.kind) {
    case 'answered':
      return dialect.read(result.answer);
    case 'unreached':
      return { kind: 'refused', reason: 'gateway-down', detail: result.fault };
    case 'lost':
      return { kind: 'unknown', detail: result.fault };
  }
}

async function checkCredentials(
  { write, read }: CredentialCheckDialect,
  deadline: Deadline,
): Promise<CredentialCheck> {
  const result = await exchange(await write(), deadline);
  return result.kind === 'answered' ? read(result.answer) : { kind: 'unknown', detail: result.fault };
}

function unknownAfter(error: unknown): Extract<Verdict & CredentialCheck, { kind: 'unknown' }> {
  return { kind: 'unknown', detail: error instanceof Error ? error.name : 'thrown' };
}

/** The record keeps message ids; one that isn't an id, or has the phone number in it, is not kept. [IDEM-13] */
function withoutNumber(verdict: Verdict, { to }: SmsMessage): Verdict {
  if (verdict.kind !== 'accepted' || verdict.messageId === undefined) return verdict;
  const { messageId } = verdict;
  const fit = /^[\x21-\x7e]{1,128}$/.test(messageId) && !messageId.includes(to.reveal().slice(-7));
  return fit ? verdict : { kind: 'accepted', messageId: undefined };
}
