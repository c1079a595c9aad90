import { codesIn, fitsOneSegment, linesOf } from '../../subjects/sms-text.ts';
import type { Check } from '../check.ts';
import { everyAnswer, shown } from '../envelope/every-answer.ts';
import type { Specimen } from '../trial.ts';
import { must, NotTested } from '../verdicts.ts';

function content(
  name: string,
  requirements: readonly string[],
  level: Check['level'],
  expects: string,
  look: (specimen: Specimen) => void,
): Check {
  return {
    id: `send-otp/text-${name}`,
    requirements,
    level,
    expects,
    specimen: true,
    run: async (trial) => look(await trial.specimen()),
  };
}

/** What stands in the text. All of them look at the same one. */
export const smsContentChecks: readonly Check[] = [
  content(
    'has-token',
    ['SMS-1', 'SO-4'],
    'MUST',
    'Copies the smsMatchingToken verbatim into the text.',
    ({ text, token }) => must(text.includes(token), 'the token is not in the text'),
  ),
  content(
    'has-token-line',
    ['SMS-2'],
    'MUST',
    'Puts the token alone on the first or on the last line of the text.',
    ({ text, token }) => {
      const lines = linesOf(text);
      must(
        lines.at(0) === token || lines.at(-1) === token,
        'the token does not stand alone on the first or last line',
      );
    },
  ),
  content(
    'has-token-once',
    ['SMS-2', 'SMS-4'],
    'SHOULD',
    'Puts the token into the text once.',
    ({ text, token }) =>
      must(text.split(token).length === 2, `the token comes ${text.split(token).length - 1} times`),
  ),
  content(
    'has-blank-line',
    ['SMS-2'],
    'SHOULD',
    'Separates the token from the text by a blank line.',
    ({ text, token }) => {
      const lines = linesOf(text);
      const beside = lines.at(-1) === token ? lines.at(-2) : lines.at(1);
      must(beside === '', 'there is no blank line between the text and the token');
    },
  ),
  content(
    'has-code',
    ['SMS-3', 'SMS-9'],
    'MUST',
    'Puts a code that can be told apart into the text.',
    ({ text, token }) =>
      must(
        codesIn(text, token).length > 0,
        'no word of 4 to 10 letters and digits with a digit stands in the text',
      ),
  ),
  content(
    'has-one-code',
    ['SMS-11'],
    'SHOULD',
    'Puts nothing else that looks like a code into the text.',
    ({ text, token }) => {
      const count = codesIn(text, token).length;
      must(count <= 1, `${count} words look like a code`);
    },
  ),
  content(
    'is-one-segment',
    ['OQ-12', 'SMS-6'],
    'SHOULD',
    'Keeps the text within one SMS segment.',
    ({ text }) => must(fitsOneSegment(text), `${text.length} characters do not fit one segment`),
  ),
  content(
    'is-within-140-bytes',
    ['SMS-7', 'OQ-12'],
    'SHOULD',
    'Keeps the text within 140 bytes of UTF-8.',
    ({ text }) => must(Buffer.byteLength(text) <= 140, `the text has ${Buffer.byteLength(text)} bytes`),
  ),
  {
    id: 'send-otp/text-comes-once',
    requirements: ['SMS-4'],
    level: 'MUST',
    expects: 'Sends one text for one request.',
    texts: 1,
    run: async (trial) => {
      const sent = await trial.send();
      await trial.text(sent);
      const count = await trial.countTexts(sent.mailbox);
      must(count === 1, `${count} texts came`);
    },
  },
  {
    id: 'send-otp/text-keeps-case-of-token',
    requirements: ['SMS-1', 'SO-4'],
    level: 'MUST',
    expects: 'Copies a token of mixed case and unusual characters as it is.',
    texts: 1,
    run: async (trial) => {
      const token = `aZ/+=_-.${trial.google.token().slice(0, 3)}`;
      trial.google.world.masks.noteToken(token);
      const text = await trial.text(await trial.send({ members: { smsMatchingToken: token } }));
      must(text.includes(token), 'the token is not in the text as it was given');
    },
  },
  {
    id: 'send-otp/no-answer-shows-a-code',
    requirements: ['ERR-4', 'SMS-3'],
    level: 'MUST',
    expects: 'Shows no code that it sent by text in any answer to sendOtp or verifyOtp.',
    phase: 'verdict',
    run: async (trial) => {
      const { codes } = trial.world;
      if (codes.size === 0) throw new NotTested('needs a way to read codes in the setting sms');
      everyAnswer(trial, (answer, method) => {
        if (method === 'echo') return undefined;
        // Numbers and ids may hold the same digits by chance; a code stands by itself.
        const words = new Set(shown(answer).match(/[A-Za-z0-9]+/g) ?? []);
        const told = [...codes].find((code) => code.length >= 6 && words.has(code));
        return told === undefined ? undefined : 'an answer that shows a code';
      });
    },
  },
];
