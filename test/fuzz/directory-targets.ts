import assert from 'node:assert/strict';
import { accountsIn } from '../../src/adapters/directory/http/read-answer.ts';
import type { LookUp } from '../../src/adapters/directory/rows/foreign-account.ts';
import { JsonFault, readJson } from '../../src/ports/text/json.ts';
import { UnavailableError } from '../../src/ports/unavailable.ts';
import type { FuzzTarget } from './fuzz.ts';

const phoneNumber = '+14035550123';
const asked: readonly LookUp[] = [
  { by: 'phoneNumber', value: phoneNumber },
  { by: 'accountId', value: 'wallet-1' },
  { by: 'associationId', value: 'as-1' },
];
const account = { accountId: 'wallet-1', status: 'active', phoneNumber, language: 'pt-BR', preferred: true };
const closed = { accountId: 'wallet-2', status: 'closed-fraud', phoneNumber, revision: 7 };

/** The first byte of an input chooses what was asked, the rest is the answer. [SO-11] */
export const directoryTarget: FuzzTarget = {
  name: 'answers of a directory over HTTP',
  corpus: [[], [account], [account, closed], [{ ...account, language: null, preferred: null }]].flatMap(
    (accounts) => asked.map((_, at) => Buffer.from(`${at}${JSON.stringify({ accounts })}`)),
  ),
  words: [
    'null',
    '[]',
    '{}',
    '"closed"',
    '"not-eligible"',
    '"status":',
    '"accounts":',
    phoneNumber,
    '__proto__',
  ],
  read(input) {
    const question = asked[((input[0] ?? 0) - 0x30) % asked.length] ?? { by: 'accountId', value: 'wallet-1' };
    try {
      const accounts = accountsIn(readJson(input.subarray(1)), question);
      assert.ok(accounts.length <= (question.by === 'phoneNumber' ? 8 : 1));
      for (const found of accounts) {
        assert.match(found.status, /^(active|not-eligible|closed|closed-account-taken-over|closed-fraud)$/);
        assert.doesNotMatch(String(found.phoneNumber), /5550123/);
        if (question.by === 'phoneNumber') assert.equal(found.phoneNumber?.reveal(), question.value);
        if (question.by === 'accountId') assert.equal(found.accountId, question.value);
      }
      // That nobody is meant, an empty list says and nothing else.
      if (accounts.length === 0) assert.match(input.toString('latin1', 1), /:\s*\[\s*\]/);
      return accounts;
    } catch (error) {
      if (!(error instanceof UnavailableError || error instanceof JsonFault)) throw error;
      assert.doesNotMatch(error.message, /5550123|wallet-|as-1/);
      return undefined;
    }
  },
};
