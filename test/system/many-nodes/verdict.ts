import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresServer } from '../../support/postgres/server.ts';
import type { AskedRequest, Ledger } from './ledger.ts';
import { SCHEMA } from './node-settings.ts';
import type { ArrivedText, Phone } from './phone.ts';
import type { ServerNode } from './server-node.ts';
import type { SentRequest } from './stories.ts';

export interface Evidence {
  readonly nodes: readonly ServerNode[];
  readonly ledger: Ledger;
  readonly phone: Phone;
  readonly sent: readonly SentRequest[];
  readonly primary: PostgresServer;
  readonly textsPerNumber: number;
  readonly textsPerCountry: number;
}

/** Calls at once, when all requests are repeated. */
const REPEATS_AT_ONCE = 16;
const REPEAT_TRIES = 20;
const TEXTS_MAX = 2;
/** A text that was handed over is on its way for no longer than the time of its request. */
const ON_ITS_WAY_MS = 2500;

/** All that is wrong in the end, a line each. */
export async function faultsOf(evidence: Evidence): Promise<readonly string[]> {
  const { nodes, ledger, sent } = evidence;
  return [
    ...nodes.flatMap(({ name, lastWords }) => (lastWords ? [`${name} ended: ${lastWords.join('\n')}`] : [])),
    ...ledger.faults,
    ...usefulness(ledger),
    ...(await repeatAll(evidence)),
    ...sent.flatMap((one) => textFaults(one, evidence.phone)),
    ...sent.flatMap((one) => verificationFaults(one, evidence.phone)),
    ...limitFaults(evidence),
    ...(await recordFaults(evidence)),
  ];
}

/** Whatever goes wrong, most of what was asked comes to what was meant; else the rest would prove nothing. */
function usefulness({ requests }: Ledger): readonly string[] {
  const share =
    requests.filter(({ answers }) => answers.some(({ result }) => result === 'SUCCESS')).length /
    requests.length;
  return share > 0.4 ? [] : [`of all requests ${Math.round(share * 100)} % came to SUCCESS`];
}

/** Whether it can't be answered otherwise any more. [OQ-11] */
function isBinding({ result }: { readonly result: string }): boolean {
  return result !== 'MESSAGE_UNABLE_TO_BE_SENT';
}

/** Every node tells again what any of them told. */
async function repeatAll({ nodes, ledger }: Evidence): Promise<readonly string[]> {
  const faults: string[] = [];
  const open = ledger.requests.values();
  await Promise.all(
    Array.from({ length: REPEATS_AT_ONCE }, async () => {
      for (const request of open) faults.push(...(await repeat(request, nodes, ledger)));
    }),
  );
  return faults;
}

async function repeat(
  request: AskedRequest,
  nodes: readonly ServerNode[],
  ledger: Ledger,
): Promise<readonly string[]> {
  const { method, requestId, answers } = request;
  const isUnbound = answers.length > 0 && !answers.some(isBinding);
  if (isUnbound) return [];
  for (const node of nodes) {
    if (!(await isAnswered(request, node, ledger))) return [`${requestId} has no answer of ${node.name}`];
  }
  const bound = answers.filter(isBinding);
  const words = new Set([...bound, ...answers.slice(-nodes.length)].map((told) => told.words));
  return words.size <= 1
    ? []
    : [`${method} ${requestId} was answered in ${words.size} ways: ${[...words].join(' ')}`];
}

/** Nothing goes wrong any more, but the machine may be busy. */
async function isAnswered(request: AskedRequest, node: ServerNode, ledger: Ledger): Promise<boolean> {
  for (let tries = 0; tries < REPEAT_TRIES; tries += 1) {
    if ((await ledger.ask(request, node)) !== undefined) return true;
    await pause(500);
  }
  return false;
}

/** One code; two texts at most, and the second one only where nobody could know of the first. [OQ-28] */
function textFaults({ request, token }: SentRequest, phone: Phone): readonly string[] {
  const { requestId, answers } = request;
  const texts = phone.textsOf(token);
  const [first, ...others] = texts.filter(mayHaveArrived);
  const success = answers.find(({ result }) => result === 'SUCCESS');
  const faults: string[] = [];
  if (new Set(texts.map(({ code }) => code)).size > 1) faults.push('has several codes');
  if (others.length >= TEXTS_MAX) faults.push(`has ${others.length + 1} texts`);
  if (success !== undefined && first === undefined) faults.push('was answered SUCCESS without a text');
  // A second one may be on its way when the late word of the first one comes.
  if (success !== undefined && others.some(({ atMs }) => atMs > success.atMs + ON_ITS_WAY_MS)) {
    faults.push('has a text after its SUCCESS');
  }
  return faults.map((fault) => `${requestId} ${fault}`);
}

function mayHaveArrived({ fate }: ArrivedText): boolean {
  return fate !== 'refused';
}

/** A code verifies once, and only the right one does. [VO-2] */
function verificationFaults({ request, token, verifications }: SentRequest, phone: Phone): readonly string[] {
  const code = phone.textsOf(token)[0]?.code;
  const successful = verifications.filter(({ answers }) =>
    answers.some(({ result }) => result === 'SUCCESS'),
  );
  const wrong = successful.filter(({ fields }) => fields['otp'] !== code);
  return [
    ...wrong.map(({ requestId }) => `${requestId} succeeded with another code`),
    ...(successful.length > 1 ? [`${request.requestId} was verified ${successful.length} times`] : []),
  ];
}

/** Whatever may have gone out counts, also where it is sent once more. [OQ-28] */
function limitFaults({ phone, textsPerNumber, textsPerCountry }: Evidence): readonly string[] {
  const arrived = [...phone.texts.values()].map((texts) => texts.filter(mayHaveArrived));
  const numbers = Map.groupBy(arrived.flat(), ({ to }) => to);
  const tooMany = [...numbers].filter(([, texts]) => texts.length > textsPerNumber);
  const ofCountry = arrived.flat().filter(({ to }) => to.startsWith('+1')).length;
  return [
    ...tooMany.map(([, texts]) => `a number has ${texts.length} texts, and not ${textsPerNumber}`),
    ...(ofCountry > textsPerCountry ? [`a country has ${ofCountry} texts of ${textsPerCountry}`] : []),
  ];
}

interface RecordedRequest {
  readonly request_id: string;
  readonly submissions: number;
  readonly country: string | null;
  readonly events: string;
  readonly receipt_state: string | null;
}

/** What the database has of all texts: their story, their receipts and what they count. */
async function recordFaults({ primary, sent, phone }: Evidence): Promise<readonly string[]> {
  const rows = (await primary.query(
    `SELECT request_id, submissions, country, events, receipt_state FROM ${SCHEMA}.request WHERE challenge_id IS NOT NULL`,
  )) as readonly RecordedRequest[];
  const byId = new Map(rows.map((row) => [row.request_id, row]));
  const faults = sent.flatMap((one) => storyFaults(one, byId.get(one.request.requestId), phone));
  const [ceiling] = await primary.query(
    `SELECT sum(value::integer) AS texts FROM ${SCHEMA}.ceiling, jsonb_each_text(counts) WHERE subject = 'country:US'`,
  );
  const recorded = rows.reduce((sum, row) => sum + (row.country === 'US' ? row.submissions : 0), 0);
  const counted = Number(ceiling?.['texts']);
  if (recorded !== counted) faults.push(`a country counts ${counted} texts, and its requests ${recorded}`);
  return faults;
}

function storyFaults(
  { request, token }: SentRequest,
  row: RecordedRequest | undefined,
  phone: Phone,
): readonly string[] {
  const texts = phone.textsOf(token).filter(mayHaveArrived);
  const { requestId } = request;
  if (row === undefined) return texts.length === 0 ? [] : [`${requestId} has a text and no challenge`];
  const events = row.events
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line)[1] as string);
  const faults: string[] = [];
  const known = events.findIndex((event) => event === 'accepted' || event === 'delivered');
  if (known >= 0 && events.includes('resumed', known)) {
    faults.push(`was resumed after one of its texts was accepted: ${events.join(', ')}`);
  }
  if (texts.length > row.submissions)
    faults.push(`has ${texts.length} texts, of which ${row.submissions} count`);
  const [only, ...others] = texts;
  const told = phone.takenReports.find(({ messageId }) => messageId === only?.id);
  const success = request.answers.find(({ result }) => result === 'SUCCESS');
  const isDue = told && success && success.atMs < told.toldAtMs && others.length === 0;
  if (isDue && row.receipt_state !== 'delivered') faults.push('lost the report of its delivery');
  return faults.map((fault) => `${requestId} ${fault}`);
}
