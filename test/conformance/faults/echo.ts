import type { Call } from '../reference/call.ts';
import { answers, type Faults, forgives, mends, refuses, withMember } from './fault.ts';

/** Returns a changed message if it holds a mark. */
const changes = (mark: string | RegExp, change: (text: string) => string) =>
  answers(
    ({ message }) => typeof message.clientMessage === 'string' && message.clientMessage.search(mark) !== -1,
    (reply, { message }) => withMember('clientMessage', change(String(message.clientMessage)))(reply),
  );

const isEcho = ({ method }: Call) => method === 'echo';
const old = (call: Call) => isEcho(call) && call.arrivedAtMs - Number(call.header.requestTimestamp) > 60_000;

export const echoFaults: Faults = {
  'echo/returns-ascii': changes(/^Hello/, (text) => text.toLowerCase()),
  'echo/returns-empty': refuses((call) => call.message.clientMessage === '', 400, 'MISSING_REQUIRED_FIELD'),
  'echo/returns-surrounding-space': changes(/^ {2}/, (text) => text.trim()),
  'echo/returns-line-breaks': changes(/^one\r\n/, (text) => text.replaceAll('\r\n', '\n')),
  'echo/returns-control-characters': changes('\0', (text) => text.replaceAll('\0', '')),
  'echo/returns-quotes': changes('</script>', (text) => text.replaceAll('<', '&lt;')),
  'echo/returns-composed': changes('ﬁ', (text) => text.normalize('NFKC')),
  'echo/returns-decomposed': changes(/^e\u0301/, (text) => text.normalize('NFC')),
  'echo/returns-devanagari': changes(/^ओ/, (text) => text.replace('\u0903', '?').slice(0, -1)),
  'echo/returns-arabic': changes(/^\u200f/, (text) => text.replaceAll(/[\u200e\u200f]/g, '')),
  'echo/returns-cjk': changes(/^一/, (text) => Buffer.from(text, 'latin1').toString('latin1')),
  'echo/returns-emoji': changes('💻', (text) => text.replaceAll(/[\u{10000}-\u{10ffff}]/gu, '\ufffd')),
  'echo/returns-byte-order-mark': changes(/^\uFEFF/, (text) => text.slice(1)),
  'echo/returns-noncharacters': changes('\uFFFF', (text) => text.replaceAll('\uFFFF', '\uFFFD')),
  'echo/returns-json': changes(/^\{/, (text) => JSON.stringify(JSON.parse(text), null, 1)),
  'echo/returns-long': changes(/.{5000}/, (text) => text.slice(0, 4096)),
  'echo/returns-random-text': changes(/^.{300,600}$/su, (text) => text.replaceAll(/[ऀ-෿]/g, '?')),
  'echo/answer-shape': answers(
    (call) => call.message.clientMessage === 'shape',
    withMember('serverMessage', 1),
  ),
  'echo/refuses-missing-message': forgives(
    'judgeBody',
    (call) => isEcho(call) && !('clientMessage' in call.message),
  ),
  'echo/refuses-numeric-message': forgives(
    'judgeBody',
    (call) => typeof call.message.clientMessage === 'number',
  ),
  'echo/refuses-lenient-json': mends((text) => text.replace(',/* lenient? */', ''), 'echo'),
  'echo/refuses-duplicate-names': mends((text) => text.replace('"clientMessage":"first",', ''), 'echo'),
  'echo/checks-timestamp': forgives('judgeClock', old),
  'echo/checks-version': forgives('judgeHeader', (call) => isEcho(call) && call.version.major === 2),
  'echo/server-message-is-its-own': answers(
    (call, { status }) => isEcho(call) && status === 200,
    (reply, { message }) => withMember('serverMessage', `you said: ${String(message.clientMessage)}`)(reply),
  ),
};
