import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeJson } from '../../src/ports/text/json.ts';
import { decodeEcho, encodeEcho } from '../../src/protocol/echo.ts';
import { parseRequest } from '../../src/protocol/strict-json.ts';
import { bytesOf, EXAMPLE_MS, EXAMPLE_REQUESTS } from './examples.ts';

test('[ECHO-1, HDR-10] the example is answered in the shape of the reference', () => {
  const { clientMessage } = decodeEcho(EXAMPLE_REQUESTS.echo);
  assert.deepEqual(encodeEcho({ clientMessage, serverMessage: 'server message', nowMs: EXAMPLE_MS }), {
    responseHeader: { responseTimestamp: '1502545413026' },
    clientMessage: 'client message',
    serverMessage: 'server message',
  });
});

test('[ECHO-1] without a server message there is no such member', () => {
  assert.deepEqual(encodeEcho({ clientMessage: '', nowMs: 1 }), {
    responseHeader: { responseTimestamp: '1' },
    clientMessage: '',
  });
});

test('[ECHO-1] a client message comes back byte for byte, from bytes to bytes', () => {
  function echoed(messageJson: string) {
    const { clientMessage } = decodeEcho(parseRequest(bytesOf(`{"clientMessage":${messageJson}}`)));
    return decodeEcho(parseRequest(encodeJson(encodeEcho({ clientMessage, nowMs: 1 })))).clientMessage;
  }
  const messages = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '',
      '  a \n',
      '\u0000',
      '\ufeff',
      '\u2028',
      'e\u0301',
      'é',
      '\ufb01',
      '\u{1f600}',
      '</script>',
    ),
  );
  fc.assert(
    fc.property(messages, (message) => {
      assert.equal(echoed(JSON.stringify(message)), message);
      const escaped = Array.from({ length: message.length }, (_, index) =>
        message.charCodeAt(index).toString(16).padStart(4, '0'),
      );
      assert.equal(echoed(`"${escaped.map((hex) => `\\u${hex}`).join('')}"`), message);
    }),
  );
});
