import { BUDGET } from '../../../ports/budget.ts';
import type { Clock, Deadline } from '../../../ports/clock.ts';
import { earlier } from '../../../ports/deadline.ts';
import { keptMessageId } from '../../../ports/kept-words.ts';
import type { Delivery, RefusalReason, SmsGateway, SmsMessage } from '../../../ports/sms-gateway.ts';
import { beforeDeadline, CallWindow } from '../../window.ts';
import type { GatewayParts } from '../shared/gateway-kind.ts';
import { outcomeIn, reasonIn, type Verdict } from '../shared/verdict.ts';
import { SmppLine } from './line.ts';
import type { SmppTls } from './link.ts';
import { createMessageIds, type MessageIds } from './message-ids.ts';
import { outcomes } from './outcomes.ts';
import { SmppPace } from './pace.ts';
import { type PduFields, statusName } from './pdu.ts';
import type { Pdu } from './read.ts';
import { readDelivered } from './receipts.ts';
import type { SmppSession, SmppSessionTerms, TakeDelivery } from './session.ts';
import type { SmppSettings } from './settings.ts';
import { writeSubmit } from './submit.ts';

/** Running texts end by their deadlines; a receipt may hang. */
const CLOSE_WAIT_MS = 5000;

/**
 * A gateway or a carrier's SMSC by SMPP 3.4, over sessions that are bound from now on. A repeated submission is a second
 * text.
 */
export function createSmppGateway(
  settings: SmppSettings & Pick<SmppSessionTerms, 'connectTimeoutMs'>,
  parts: GatewayParts,
): SmsGateway {
  const { name } = settings;
  const { clock } = parts;
  const receipts = settings.receipts && parts.onReceipt !== undefined;
  const session = { ...settings, tls: settings.tls ? tlsOf(settings) : undefined };
  const ids = createMessageIds(name, settings.messageIds);
  const running = new Set<Promise<unknown>>();
  const track = <Value>(work: Promise<Value>): Promise<Value> => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  const take = createTaker(name, ids, { ...parts, onReceipt: receipts ? parts.onReceipt : undefined }, track);
  const lines = bindCommands(settings.bindMode, receipts).map(
    (command) => new SmppLine(session, { clock, command, take }),
  );
  const window = new CallWindow(settings.window);
  const pace = new SmppPace(clock, window, settings.ratePerSecond);
  const terms = { ...settings, receipts };
  let closing: Promise<void> | undefined;
  return {
    name,
    async send(message, deadline) {
      const [line] = lines;
      if (closing !== undefined || line === undefined) {
        return { gateway: name, ...refused('gateway-down', 'closed') };
      }
      const judgeAnswer = (pdu: Pdu) => judge(pdu, message, terms, ids);
      const fields = () => writeSubmit(message, terms, clock.nowMs());
      const way = { line, window, pace, clock, isAlone: parts.isAlone === true };
      const answer = await track(submit(way, fields, deadline).catch(unknownAfter));
      if ('pdu' in answer) return judgeAnswer(answer.pdu);
      if (!('late' in answer)) return { ...answer, gateway: name };
      const later = answer.late.then((pdu) => pdu && judgeAnswer(pdu));
      return { kind: 'unknown', gateway: name, detail: 'no answer by the deadline', later };
    },
    close() {
      closing ??= settledWithin(running, clock)
        .then(() => Promise.all(lines.map((line) => line.close())))
        .then(() => undefined);
      return closing;
    },
  };
}

function tlsOf({ tlsCa, clientCertificate: client }: SmppSettings): SmppTls {
  return {
    ca: tlsCa?.reveal(),
    client: client && { ...client, certificate: client.certificate.reveal() },
  };
}

/** The first one is for texts. */
function bindCommands(mode: SmppSettings['bindMode'], receipts: boolean) {
  if (mode === 'transceiver') return ['bind_transceiver'] as const;
  return receipts ? (['bind_transmitter', 'bind_receiver'] as const) : (['bind_transmitter'] as const);
}

/**
 * Hands over the receipt in a delivery, if there is one, and tells the status to answer with: success once it is taken, and
 * what makes the gateway repeat it if that failed. What phones send is let go.
 */
function createTaker(
  gateway: string,
  ids: MessageIds,
  { onReceipt, onStray }: Pick<GatewayParts, 'onReceipt' | 'onStray'>,
  track: <Value>(work: Promise<Value>) => Promise<Value>,
): TakeDelivery {
  return (pdu) => {
    const delivered = readDelivered(pdu, gateway, ids);
    if (delivered.kind === 'none' || onReceipt === undefined) return 'ESME_ROK';
    if (delivered.kind === 'receipt') {
      const taken = onReceipt(delivered.receipt).then(
        () => 'ESME_ROK',
        () => 'ESME_RX_T_APPN',
      );
      return track(taken);
    }
    onStray?.({ gateway, outcome: delivered.kind, detail: delivered.detail });
    return 'ESME_ROK';
  };
}

/** The way that texts take. */
interface Way {
  readonly line: SmppLine;
  readonly window: CallWindow;
  readonly pace: SmppPace;
  readonly clock: Clock;
  readonly isAlone: boolean;
}

/** `late`: what is answered after the deadline; `undefined`, nothing is. */
type Answer = Verdict | { readonly pdu: Pdu } | { readonly late: Promise<Pdu | undefined> };

/**
 * Nothing is written unless everything is ready for it; from then on, only an answer tells what became of it. What is
 * not ready is waited for at most half of the time (`BUDGET.readyShare`) where another gateway can still be asked. The place in the window is
 * free when the answer is there or nobody waits for it any longer.
 */
async function submit(way: Way, fields: () => PduFields | undefined, deadline: Deadline): Promise<Answer> {
  const { window, pace, clock } = way;
  const kept = deadline.remainingMs() * (1 - BUDGET.readyShare);
  const keptMs = way.isAlone ? Math.min(BUDGET.answerMs, kept) : kept;
  const ready = earlier(clock, deadline, keptMs);
  const session = await getReady(way, ready).finally(ready.cancel);
  if ('kind' in session) return session;
  try {
    const written = write(session, fields, deadline);
    if ('kind' in written) return written;
    void written.answer.then((pdu) => {
      if (pdu !== undefined) pace.note(statusName(pdu.status));
    });
    const pdu = await beforeDeadline(written.answer, deadline);
    if (pdu === 'late') return { late: written.answer };
    return pdu === undefined ? { kind: 'unknown', detail: 'no answer, session lost' } : { pdu };
  } finally {
    window.leave();
  }
}

/** A session, and a place for one more text, which is taken then; or why there is none. */
async function getReady({ line, window, pace }: Way, deadline: Deadline): Promise<SmppSession | Verdict> {
  const bound = await line.session(deadline);
  if ('kind' in bound) return bound;
  if (!(await pace.turn(deadline))) return refused('throttled', 'more than ratePerSecond');
  if (!(await window.enter(deadline))) return refused('throttled', 'window is full');
  // While it waited for its turn and place, much may have happened.
  const status = await pace.rest(deadline);
  const session = await line.session(deadline);
  const ready = status === undefined ? session : refused('throttled', `resting after ${status}`);
  if ('kind' in ready) window.leave();
  return ready;
}

function write(
  session: SmppSession,
  fields: () => PduFields | undefined,
  deadline: Deadline,
): Verdict | { readonly answer: Promise<Pdu | undefined> } {
  if (deadline.remainingMs() <= 0) return refused('gateway-down', 'no time left');
  try {
    const submission = fields();
    if (submission === undefined) return refused('content', 'longer than one text message');
    return { answer: session.submit(submission) };
  } catch {
    return refused('content', 'does not fit into a PDU');
  }
}

function judge(pdu: Pdu, message: SmsMessage, settings: SmppSettings, ids: MessageIds): Delivery {
  const { name: gateway } = settings;
  const status = statusName(pdu.status);
  if (outcomeIn(outcomes, status) !== 'accepted') {
    const reason = settings.refusals[status] ?? reasonIn(outcomes, status) ?? 'unexplained';
    return { kind: 'refused', gateway, reason, detail: status };
  }
  if (pdu.command !== 'submit_sm_resp')
    return { kind: 'unknown', gateway, detail: 'success of another kind' };
  const id = pdu.text('message_id');
  const messageId = keptMessageId(id, message.to);
  const receiptKey = settings.receipts ? ids.receiptKeyOf(id) : undefined;
  return { kind: 'accepted', gateway, messageId, ...(receiptKey !== undefined && { receiptKey }) };
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
