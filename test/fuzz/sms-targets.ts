import assert from 'node:assert/strict';
import { readAwsAnswer } from '../../src/adapters/gateways/aws/gateway.ts';
import { judgeAnswer } from '../../src/adapters/gateways/http/gateway.ts';
import {
  fillRequestTemplate,
  type PlaceholderPlace,
  placeholderValues,
} from '../../src/adapters/gateways/http/request-template.ts';
import { settings as http } from '../../src/adapters/gateways/http/settings.ts';
import { readInfobipAnswer } from '../../src/adapters/gateways/infobip/gateway.ts';
import type { GatewayAnswer } from '../../src/adapters/gateways/shared/gateway-answer.ts';
import { withoutOwn } from '../../src/adapters/gateways/shared/http-gateway.ts';
import type { Verdict } from '../../src/adapters/gateways/shared/verdict.ts';
import { createMessageIds } from '../../src/adapters/gateways/smpp/message-ids.ts';
import { readPdu } from '../../src/adapters/gateways/smpp/read.ts';
import { readDelivered } from '../../src/adapters/gateways/smpp/receipts.ts';
import { readTwilioAnswer } from '../../src/adapters/gateways/twilio/gateway.ts';
import { readVonageAnswer } from '../../src/adapters/gateways/vonage/gateway.ts';
import { createTemplates, TemplateError } from '../../src/domain/text/sms-template.ts';
import { writeSmsText } from '../../src/domain/text/sms-text.ts';
import { findTemplateFaults } from '../../src/domain/text/template-faults.ts';
import { Secret } from '../../src/ports/secret.ts';
import { exampleMessage } from '../adapters/gateways/shared/gateway-stand-in.ts';
import { settingsOf } from '../adapters/gateways/shared/gateways-under-test.ts';
import type { KindName } from '../adapters/gateways/shared/kind-names.ts';
import type { FuzzTarget } from './fuzz.ts';

const CODE = '907214';
const TOKEN = 'T0kenAbCdEf';
const message = {
  ...exampleMessage,
  to: new Secret('+14035550123'),
  text: new Secret(`Use ${CODE} for Banco.\n\n${TOKEN}`),
};

const described = settingsOf(http, {
  url: 'https://gateway.example/',
  accepted: { statuses: [200], path: 'type', values: ['success'], messageIdPath: 'message' },
  refused: [
    { statuses: [], path: 'code', values: ['101', '202'], reason: 'invalid-number' },
    { statuses: [], path: 'code', values: ['301'], reason: 'quota' },
  ],
});

/** What a gateway of each kind tells of a text. */
const told: Readonly<Record<KindName, FuzzTarget>> = {
  smpp: {
    name: 'deliveries over SMPP',
    read: readDelivery,
    corpus: [
      deliverSm('id:4711 sub:001 dlvrd:001 stat:DELIVRD err:000 text:Use 907214'),
      deliverSm('', '001e000534373131000427000102'),
      deliverSm('STOP', '04240004616263640424000161'),
    ],
    share: 0.1,
    words: ['id:', 'stat:', 'DELIVRD', 'text:', ',', '\0', '\u0004', '\u001e'],
  },
  twilio: answers(
    'Twilio',
    readTwilioAnswer,
    [201, 400, 401, 429, 500],
    [
      { sid: 'SM01', status: 'queued', error_code: null },
      { sid: 'SM01', status: 'failed', error_code: 21610 },
      { code: 21211, message: 'Not to a number', status: 400 },
    ],
    /"sid".*"status"|"status".*"sid"/s,
  ),
  vonage: answers(
    'Vonage',
    readVonageAnswer,
    [200, 200, 401, 429],
    [
      { 'message-count': '1', messages: [{ to: '1', 'message-id': '0A01', status: '0' }] },
      { 'message-count': '2', messages: [{ 'message-id': '0A01', status: '0' }, { status: '1' }] },
      { messages: [{ status: '9', 'error-text': 'quota' }] },
    ],
    // A status may be a number as well.
    /"messages".*("0"|:\s*-?0)/s,
  ),
  infobip: answers(
    'Infobip',
    readInfobipAnswer,
    [200, 200, 400, 401, 500],
    [
      { messages: [{ messageId: 'AbC', status: { groupId: 1, id: 26 } }] },
      { messages: [{ messageId: 'AbC', status: { groupId: 5, id: 12 } }] },
      { requestError: { serviceException: { messageId: 'UNAUTHORIZED', text: '' } } },
    ],
    /"messages".*"groupId"|"messages".*"messageId"/s,
  ),
  aws: answers(
    'AWS',
    readAwsAnswer,
    [200, 400, 403, 503],
    [
      { MessageId: '01a2b3c4' },
      { __type: 'a#ConflictException', Reason: 'NO_ORIGINATION_IDENTITIES_FOUND' },
      { __type: 'ValidationException', Fields: [{ Name: 'DestinationPhoneNumber' }] },
    ],
    /"MessageId"/,
  ),
  http: answers(
    'a gateway described by settings',
    (answer) => judgeAnswer(answer, described),
    [200, 200, 400, 500],
    [
      { type: 'success', message: '3763a1' },
      { type: 'error', code: '101' },
      { type: 'error', code: 301 },
    ],
    /"type".*"success"/s,
  ),
};

/** What operators write and what gateways answer. */
export const smsTargets: readonly FuzzTarget[] = [
  {
    name: 'SMS templates',
    read: composeFrom,
    corpus: [
      'Code {code}',
      '{brand}: use {code}. Do not share it.',
      'Seu código é {code}\n{brand}',
      'रमेश {code} कोड',
    ].map((text) => Buffer.from(text)),
    words: ['{code}', '{brand}', '{', '}', '\n\n', '\n', '1234', ' ', '\u{1f600}', '\u2028'],
  },
  {
    name: 'templates of requests to gateways',
    read: fillFrom,
    corpus: ['Use 907214 for Banco.\nT0kenAbCdEf', '{text}{to}', '"}],"a":"\\', '&to=+1&x=%00'].map((text) =>
      Buffer.from(text),
    ),
    words: ['{text}', '{to}', '{secrets.key}', '"', '\\', '&', '=', '%', '\r\n'],
  },
  ...Object.values(told),
];

function deliverSm(text: string, parameters = ''): Buffer {
  const fields = [Buffer.alloc(7), Buffer.from([0, 4]), Buffer.alloc(7), Buffer.from([text.length])];
  const body = Buffer.concat([...fields, Buffer.from(text), Buffer.from(parameters, 'hex')]);
  return Buffer.concat([Buffer.from('00000000000000050000000000000001', 'hex'), body]);
}

/** Whatever it is, it is read without a fault, and nothing but a word goes to the log. */
function readDelivery(input: Buffer): unknown {
  const octets = Buffer.concat([input, Buffer.alloc(Math.max(0, 16 - input.length))]);
  const pdu = readPdu(octets);
  const delivered = readDelivered(pdu, 'smpp', createMessageIds('smpp', 'auto'));
  const detail =
    delivered.kind === 'receipt'
      ? delivered.receipt.detail
      : delivered.kind === 'none'
        ? ''
        : delivered.detail;
  assert.match(detail, /^[A-Za-z_ ,]*(, err [A-Za-z0-9]{1,8})?$/);
  assert.doesNotMatch(detail, /\d{6}/);
  return pdu.isBroken || delivered.kind === 'none' ? undefined : delivered;
}

/** A text that is taken has the code and the token where they belong, and nothing left to be put in. */
function composeFrom(input: Buffer): string | undefined {
  const general = input.toString('utf8');
  if (findTemplateFaults(general).length > 0) return undefined;
  // All languages are gone through each time, which is too much for a million times.
  if (input.length % 32 !== 0) return general;
  try {
    const options = { brand: 'Acme', tokenLine: 'last', defaultLanguage: 'xx', codeLength: 6 } as const;
    const templates = createTemplates({ xx: { general } }, { ...options, languages: ['xx'] });
    const order = {
      language: 'xx',
      otpContext: undefined,
      code: new Secret(CODE),
      smsMatchingToken: new Secret(TOKEN),
    };
    const text = writeSmsText(templates, order).text.reveal();
    const filled = general.replaceAll('{brand}', 'Acme').replace('{code}', CODE);
    assert.equal(text, `${filled}\n\n${TOKEN}`);
    assert.ok(text.split('\n\n').length === 2 && !/[{}]/.test(text), 'another blank line, or a brace');
    return text;
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

const PLACES: readonly [PlaceholderPlace, string][] = [
  ['json', '{"a":"{text}","b":"{encoding}"}'],
  ['form', 'a={text}&b={encoding}'],
  ['url', 'https://gateway.example/?a={text}&b={encoding}'],
];

/** Whatever a text holds, it stays in its place. */
function fillFrom(input: Buffer): readonly string[] {
  const text = input.toString('utf8');
  const terms = {
    secrets: { key: new Secret('k&y') },
    encodingWords: { gsm7: '1', ucs2: '2' },
  };
  const values = placeholderValues({ ...exampleMessage, text: new Secret(text) }, terms);
  const [json = '', form = '', url = ''] = PLACES.map(([place, template]) =>
    fillRequestTemplate(template, values, place),
  );
  assert.equal(json, JSON.stringify({ a: text, b: '1' }));
  assert.equal(form, `a=${encodeURIComponent(text)}&b=1`);
  assert.equal(url.split('?a=')[1], form.slice(2));
  return [json, form, url];
}

/**
 * A reader of answers. The first byte of an input chooses the status, the rest is the body. Acceptance needs what
 * `shape` finds, so that no error page or half an answer passes for one; what is told of an answer is short, in plain
 * words, and holds neither the text's own code or number nor more digits than codes of gateways have.
 */
function answers(
  name: string,
  read: (answer: GatewayAnswer) => Verdict,
  statuses: readonly number[],
  bodies: readonly object[],
  shape: RegExp,
): FuzzTarget {
  const corpus = statuses.flatMap((_, at) =>
    bodies.map((body) => Buffer.from(`${at}${JSON.stringify(body)}`)),
  );
  return {
    name: `answers of ${name}`,
    corpus,
    words: ['null', '[]', '{}', '""', '"status":', '"0"', '"code":', '907214', '+14035550123', '__proto__'],
    read: (input) => {
      const status = statuses[((input[0] ?? 0) - 0x30) % statuses.length] ?? 502;
      const text = input.toString('utf8', 1);
      const verdict = withoutOwn(read({ status, text }), message);
      if (verdict.kind === 'accepted') {
        assert.ok(
          status < 300 && shape.test(text) && isJson(text),
          'something else was taken for acceptance',
        );
        return verdict;
      }
      assert.match(verdict.detail, /^[\w ./,-]{1,120}$/);
      assert.doesNotMatch(verdict.detail, /\d{11}|907214|5550123/);
      return verdict.kind === 'refused' ? verdict : undefined;
    },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
