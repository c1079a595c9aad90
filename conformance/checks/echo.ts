import { isObject, text } from '../google/answer.ts';
import type { Check } from './check.ts';
import { expectError, expectProcessed } from './expectations.ts';
import type { Trial } from './trial.ts';
import { must } from './verdicts.ts';

/** Sends the text and expects it back, unit by unit. */
async function comesBack(trial: Trial, sent: string): Promise<void> {
  const { clientMessage } = expectProcessed(await trial.call('echo', { clientMessage: sent }));
  must(typeof clientMessage === 'string', 'clientMessage is missing or no string');
  if (clientMessage === sent) return;
  const units = [...Array(Math.max(sent.length, clientMessage.length)).keys()];
  const at = units.find((index) => sent[index] !== clientMessage[index]) ?? 0;
  const unit = (whole: string) => whole.charCodeAt(at).toString(16).padStart(4, '0');
  const end = 'the end';
  must(
    false,
    `clientMessage came back changed at position ${at}: U+${at < sent.length ? unit(sent) : end} became ` +
      `${at < clientMessage.length ? `U+${unit(clientMessage)}` : end}`,
  );
}

const texts: readonly (readonly [name: string, what: string, sent: string])[] = [
  ['ascii', 'plain ASCII', 'Hello, integrator! 0123456789'],
  ['empty', 'an empty text', ''],
  ['surrounding-space', 'spaces at both ends', '  two before, two after  '],
  ['line-breaks', 'CR LF, LF and CR as they are', 'one\r\ntwo\nthree\rfour\u2028five\u2029six'],
  ['control-characters', 'control characters, NUL among them', 'a\u0000b\u0001c\u001fd\u007fe\tf\u0008g'],
  [
    'quotes',
    'quotes, backslashes and what looks like escapes',
    '"\\" \\\\ \\n \\u0041 \' ` </script> &amp; %20 +',
  ],
  ['composed', 'composed accents', 'é ñ ü Å ﬁ'],
  ['decomposed', 'decomposed accents', 'e\u0301 n\u0303 u\u0308 A\u030a'],
  ['devanagari', 'Devanagari', 'ओटीपी किसी को न बताएँ'],
  ['arabic', 'Arabic with marks of direction', '\u200fرمز التحقق\u200e 123'],
  ['cjk', 'Chinese, Japanese and Korean', '一次性密码 ワンタイム 일회용'],
  ['emoji', 'characters above U+FFFF and their joiners', '👩\u200d💻 🇧🇷 👍🏽 𝟙𠜎'],
  ['byte-order-mark', 'U+FEFF at the start and inside', '\uFEFFstart and \uFEFF inside'],
  ['noncharacters', 'noncharacters and private use', '\uFFFE\uFFFF\uFDD0\uE000'],
  ['json', 'JSON inside the text', '{"requestHeader":{"requestId":"inner"},"a":[1,2,null]}'],
  ['long', 'a text of 8,000 characters', 'Ünïcödé '.repeat(1000)],
];

const exact = texts.map(
  ([name, what, sent]): Check => ({
    id: `echo/returns-${name}`,
    requirements: ['ECHO-1'],
    level: 'MUST',
    expects: `Returns ${what} unchanged.`,
    echoes: 1,
    run: (trial) => comesBack(trial, sent),
  }),
);

const blocks = [
  [0x20, 0x7e],
  [0xa0, 0x24f],
  [0x370, 0x5ff],
  [0x900, 0xdff],
  [0x3040, 0x30ff],
  [0x1f300, 0x1f5ff],
] as const;

const others: readonly Check[] = [
  {
    id: 'echo/returns-random-text',
    requirements: ['ECHO-1'],
    level: 'MUST',
    expects: 'Returns 300 characters chosen by the seed from six scripts unchanged.',
    echoes: 1,
    run: (trial) => {
      const characters = Array.from({ length: 300 }, () => {
        const [first, last] = blocks[trial.world.random.below(blocks.length)] ?? blocks[0];
        return String.fromCodePoint(first + trial.world.random.below(last - first + 1));
      });
      return comesBack(trial, characters.join(''));
    },
  },
  {
    id: 'echo/answer-shape',
    requirements: ['ECHO-1', 'HDR-10'],
    level: 'MUST',
    expects: 'Answers echo with responseHeader, and with serverMessage only as a string.',
    echoes: 1,
    run: async (trial) => {
      const message = expectProcessed(await trial.call('echo', { clientMessage: 'shape' }));
      must(isObject(message.responseHeader), 'responseHeader is missing');
      const { serverMessage } = message;
      must(serverMessage === undefined || typeof serverMessage === 'string', 'serverMessage is no string');
    },
  },
  {
    id: 'echo/refuses-missing-message',
    requirements: ['ECHO-2', 'ORD-1'],
    level: 'MUST',
    expects: 'Refuses an echo without clientMessage with 400 MISSING_REQUIRED_FIELD.',
    echoes: 1,
    run: async (trial) => expectError(await trial.call('echo', {}), 400, 'MISSING_REQUIRED_FIELD'),
  },
  {
    id: 'echo/refuses-numeric-message',
    requirements: ['ECHO-2', 'OQ-4'],
    level: 'MUST',
    expects: 'Refuses a clientMessage that is a number with 400 INVALID_FIELD_VALUE.',
    echoes: 1,
    run: async (trial) =>
      expectError(await trial.call('echo', { clientMessage: 5 }), 400, 'INVALID_FIELD_VALUE'),
  },
  {
    id: 'echo/refuses-lenient-json',
    requirements: ['ECHO-4', 'JSON-1'],
    level: 'MUST',
    expects:
      'Refuses an echo in JSON with a comment and a trailing comma with 400 INVALID_DECRYPTED_REQUEST.',
    echoes: 1,
    run: async (trial) => {
      const rewrite = (json: string) => `${json.slice(0, -1)},/* lenient? */}`;
      const answer = await trial.call('echo', { clientMessage: 'lenient' }, { rewrite });
      expectError(answer, 400, 'INVALID_DECRYPTED_REQUEST');
    },
  },
  {
    id: 'echo/refuses-duplicate-names',
    requirements: ['ECHO-4', 'JSON-2'],
    level: 'MUST',
    expects: 'Refuses an echo with two clientMessages with 400 INVALID_DECRYPTED_REQUEST.',
    echoes: 1,
    run: async (trial) => {
      const rewrite = (json: string) => `${json.slice(0, -1)},"clientMessage":"second"}`;
      const answer = await trial.call('echo', { clientMessage: 'first' }, { rewrite });
      expectError(answer, 400, 'INVALID_DECRYPTED_REQUEST');
    },
  },
  {
    id: 'echo/checks-timestamp',
    requirements: ['ECHO-5', 'HDR-4'],
    level: 'MUST',
    expects: 'Refuses an echo that is an hour old with 400 REQUEST_TIMESTAMP_OUT_OF_RANGE.',
    echoes: 1,
    run: async (trial) => {
      const timestampMs = trial.google.world.clock.nowMs() - 3_600_000;
      const answer = await trial.call('echo', { clientMessage: 'old' }, { timestampMs });
      expectError(answer, 400, 'REQUEST_TIMESTAMP_OUT_OF_RANGE');
    },
  },
  {
    id: 'echo/checks-version',
    requirements: ['ECHO-5', 'HDR-7'],
    level: 'MUST',
    expects: 'Refuses an echo of major version 2 with 400 INVALID_API_VERSION.',
    echoes: 1,
    run: async (trial) => {
      const header = { protocolVersion: { major: 2, minor: 0, revision: 0 } };
      expectError(await trial.call('echo', { clientMessage: 'v2' }, { header }), 400, 'INVALID_API_VERSION');
    },
  },
  {
    id: 'echo/server-message-is-its-own',
    requirements: ['ECHO-1'],
    level: 'SHOULD',
    expects: 'Gives no serverMessage that repeats the clientMessage.',
    echoes: 1,
    run: async (trial) => {
      const clientMessage = 'a message of the client alone';
      const answer = await trial.call('echo', { clientMessage });
      must(
        !(text(answer, 'serverMessage') ?? '').includes(clientMessage),
        'serverMessage repeats the clientMessage',
      );
    },
  },
];

export const echoChecks: readonly Check[] = [...exact, ...others];
