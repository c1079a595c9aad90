import type { Clock, Deadline } from '../../ports/clock.ts';
import type { ReceiptSink } from '../../ports/delivery-receipt.ts';
import type { Delivery, RefusalReason, SmsGateway, SmsMessage } from '../../ports/sms-gateway.ts';
import { SmppLine } from './smpp-line.ts';
import { type Pdu, statusName } from './smpp-pdu.ts';
import { type MessageIdForm, receiptKeyOf, takeDelivery } from './smpp-receipts.ts';
import { smppRefusals } from './smpp-refusals.ts';
import type { SmppSession, SmppSessionTerms } from './smpp-session.ts';
import { type SmppSender, writeSubmit } from './smpp-submit.ts';
import { SmppThrottle } from './smpp-throttle.ts';
import { beforeDeadline } from './smpp-window.ts';
import { sooner } from './sooner.ts';
import type { RefusalTable, Verdict } from './verdict.ts';

export interface SmppSettings extends SmppSessionTerms, SmppSender {
  readonly name: string;
  readonly messageIds: MessageIdForm;
  /** Classes of this gateway's own statuses, such as `0x0000040b`, or of others than usual, by name. */
  readonly refusals: RefusalTable;
}

/** What the gateway is given besides its settings. */
export interface SmppParts {
  readonly clock: Clock;
  /** Whether GSM-7 can write a text. */
  readonly isGsm7: (text: string) => boolean;
  /** Takes the receipts; `undefined`: none are asked for. */
  readonly onReceipt: ReceiptSink | undefined;
}

/** Running texts end by their deadlines; a receipt may hang. */
const CLOSE_WAIT_MS = 5000;

/**
 * A gateway or a carrier's SMSC by SMPP 3.4, over one session as transceiver that is bound from now on. A repeated
 * submission is a second text.
 */
export function createSmppGateway(settings: SmppSettings, parts: SmppParts): SmsGateway {
  const { name } = settings;
  const receipts = settings.receipts && parts.onReceipt !== undefined;
  const terms = { ...settings, receipts };
  const running = new Set<Promise<unknown>>();
  const track = <Value>(work: Promise<Value>): Promise<Value> => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  const throttle = new SmppThrottle(parts.clock);
  const sink = receipts ? parts.onReceipt : undefined;
  const line = new SmppLine(settings, parts.clock, (pdu) =>
    track(takeDelivery(pdu, name, settings.messageIds, sink)),
  );
  let closing: Promise<void> | undefined;
  return {
    name,
    async send(message, deadline) {
      if (closing !== undefined) return { gateway: name, ...refused('gateway-down', 'closed') };
      const fields = () => writeSubmit(message, terms, parts.isGsm7(message.text.reveal()));
      const answer = await track(submit(line, throttle, fields, deadline, parts.clock).catch(unknownAfter));
      return 'kind' in answer ? { ...answer, gateway: name } : judge(answer.pdu, message, terms);
    },
    close() {
      closing ??= settledWithin(running, parts.clock).then(() => line.close());
      return closing;
    },
  };
}

type Answer = Verdict | { readonly pdu: Pdu };

/**
 * Nothing is written unless everything is ready for it; from then on, only an answer tells what became of it. What is
 * not ready is waited for at most half of the time, so that another gateway can still be asked.
 */
async function submit(
  line: SmppLine,
  throttle: SmppThrottle,
  fields: () => ReturnType<typeof writeSubmit>,
  deadline: Deadline,
  clock: Clock,
): Promise<Answer> {
  const half = sooner(clock, deadline, deadline.remainingMs() / 2);
  const session = await getReady(line, throttle, half).finally(half.cancel);
  if ('kind' in session) return session;
  const written = write(session, throttle, fields, deadline);
  if ('kind' in written) {
    session.window.leave();
    return written;
  }
  void written.answer.then((pdu) => {
    session.window.leave();
    if (pdu !== undefined) throttle.note(statusName(pdu.status));
  });
  const pdu = await beforeDeadline(written.answer, deadline);
  if (pdu === 'late') return { kind: 'unknown', detail: 'no answer by the deadline' };
  return pdu === undefined ? { kind: 'unknown', detail: 'no answer, session lost' } : { pdu };
}

/** A session with a place for one more text, which is taken then; or why there is none. */
async function getReady(
  line: SmppLine,
  throttle: SmppThrottle,
  deadline: Deadline,
): Promise<SmppSession | Verdict> {
  const session = await line.session(deadline);
  if ('kind' in session) return session;
  if (throttle.status !== undefined) return refused('quota', `resting after ${throttle.status}`);
  return (await session.window.enter(deadline)) ? session : refused('quota', 'window is full');
}

function write(
  session: SmppSession,
  throttle: SmppThrottle,
  fields: () => ReturnType<typeof writeSubmit>,
  deadline: Deadline,
): Verdict | { readonly answer: Promise<Pdu | undefined> } {
  // While it waited for its place, much may have happened.
  if (!session.open) return refused('gateway-down', 'session lost');
  if (throttle.status !== undefined) return refused('quota', `resting after ${throttle.status}`);
  if (deadline.remainingMs() <= 0) return refused('gateway-down', 'no time left');
  try {
    return { answer: session.submit(fields()) };
  } catch {
    return refused('content', 'does not fit into a PDU');
  }
}

function judge(pdu: Pdu, message: SmsMessage, settings: SmppSettings): Delivery {
  const { name: gateway, messageIds } = settings;
  const status = statusName(pdu.status);
  if (pdu.status !== 0) {
    const reason = settings.refusals[status] ?? smppRefusals[status] ?? 'content';
    return { kind: 'refused', gateway, reason, detail: status };
  }
  if (pdu.command !== 'submit_sm_resp')
    return { kind: 'unknown', gateway, detail: 'success of another kind' };
  const messageId = idOf(pdu, message);
  const receiptKey = settings.receipts ? receiptKeyOf(gateway, messageId, messageIds, 'answer') : undefined;
  return { kind: 'accepted', gateway, messageId, ...(receiptKey !== undefined && { receiptKey }) };
}

/** The record keeps message ids; one that isn't an id, or has the phone number in it, is not kept. [IDEM-13] */
function idOf(pdu: Pdu, { to }: SmsMessage): string | undefined {
  const id = pdu.text('message_id');
  const fit = id !== undefined && /^[\x21-\x7e]{1,100}$/.test(id) && !id.includes(to.reveal().slice(-7));
  return fit ? id : undefined;
}

function refused(reason: RefusalReason, detail: string): Verdict & { readonly kind: 'refused' } {
  return { kind: 'refused', reason, detail };
}

function unknownAfter(error: unknown): Verdict {
  return { kind: 'unknown', detail: error instanceof Error ? error.name : 'thrown' };
}

async function settledWithin(running: ReadonlySet<Promise<unknown>>, clock: Clock): Promise<void> {
  let cancel = () => {};
  const tooLong = new Promise<void>((resolve) => {
    cancel = clock.after(CLOSE_WAIT_MS, resolve);
  });
  await Promise.race([Promise.allSettled(running), tooLong]);
  cancel();
}
