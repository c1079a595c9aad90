import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { deliveringKinds } from '../../../../src/adapters/gateways/catalog.ts';
import { refusalClasses } from '../../../../src/adapters/gateways/shared/refusal-classes.ts';
import type { Outcome } from '../../../../src/adapters/gateways/shared/verdict.ts';
import { statusOf } from '../../../../src/adapters/gateways/smpp/pdu.ts';
import type { Delivery } from '../../../../src/ports/sms-gateway.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { startSmsc } from '../smpp/smpp-server.ts';
import { openSmpp } from '../smpp/smpp-under-test.ts';
import { exampleMessage, startStandIn } from './gateway-stand-in.ts';
import { type CodedAnswers, type HttpKind, httpKind, httpKinds, openKind } from './http-kinds.ts';
import type { HttpKindName, KindName, SessionKindName } from './kind-names.ts';
import { outcomeTables } from './outcome-tables.ts';

/** A kind of gateways, and what becomes of a text where the answer has a code of one of its tables. */
interface Asked {
  readonly tables: readonly string[];
  readonly unlisted: (table: string) => readonly string[];
  start(t: TestContext): Promise<(table: string, code: string) => Promise<Delivery>>;
}

function overHttp(row: HttpKind): Asked {
  const { coded } = row;
  return {
    tables: Object.keys(coded),
    unlisted: (table) => coded[table]?.unlisted ?? [],
    async start(t) {
      const standIn = await startStandIn(t);
      const gateway = await openKind(row, standIn.url);
      return (table, code) => {
        standIn.answer = coded[table]?.answer(code) ?? 'silence';
        return gateway.send(exampleMessage, deadlineAfter(30_000));
      };
    },
  };
}

const smppAnswers: CodedAnswers<number> = {
  answer: (code) => (code.startsWith('0x') ? Number(code) : statusOf(code)),
  unlisted: ['0x00000041', '0x0000040c'],
};

const overSmpp: Asked = {
  tables: ['outcomes'],
  unlisted: () => smppAnswers.unlisted,
  async start(t) {
    const smsc = await startSmsc(t);
    return async (_, code) => {
      const submit = smppAnswers.answer(code);
      await smsc.behave({ submit: submit === 0 ? 'accept' : submit });
      // One session each: some statuses let it rest.
      const gateway = openSmpp(t, smsc.port);
      return gateway.send(exampleMessage, deadlineAfter(30_000)).finally(() => gateway.close());
    };
  },
};

const inSession: Readonly<Record<SessionKindName, Asked>> = { smpp: overSmpp };

function askedOf(kind: KindName): Asked {
  return kind in inSession ? inSession[kind as SessionKindName] : overHttp(httpKind(kind as HttpKindName));
}

function assertOutcome(delivery: Delivery, outcome: Outcome, code: string): void {
  const told = delivery.kind === 'refused' ? delivery.reason : delivery.kind;
  assert.equal(told, outcome, `${code}: ${JSON.stringify(delivery)}`);
}

for (const { kind, settings } of deliveringKinds) {
  const tables = Object.entries(await outcomeTables(kind));
  const asked = askedOf(kind);

  describe(`outcomes of ${kind}`, () => {
    test('they stand in a table with the adapter, unless the settings have them', () => {
      assert.equal(tables.length === 0, 'accepted' in settings.properties);
      assert.deepEqual(tables.map(([table]) => table).sort(), [...asked.tables].sort());
    });

    for (const [table, outcomes] of tables) {
      test(`[SO-7] each code of ${table} has its class`, async (t) => {
        const ask = await asked.start(t);
        for (const [code, outcome] of Object.entries(outcomes)) {
          assert.ok(Object.hasOwn({ ...refusalClasses, accepted: true, unknown: true }, outcome), code);
          assertOutcome(await ask(table, code), outcome, code);
        }
      });

      test(`[OQ-74] a code that is not in ${table} and means no is a refusal`, async (t) => {
        const ask = await asked.start(t);
        for (const code of asked.unlisted(table)) {
          assert.ok(!Object.hasOwn(outcomes, code), code);
          assertOutcome(await ask(table, code), 'unexplained', code);
        }
      });
    }
  });
}

/** What a status says where there is no code. [RFC 9110, RFC 6585] */
const byStatus: Readonly<Record<number, Outcome>> = {
  401: 'credentials',
  402: 'quota',
  407: 'credentials',
  408: 'unknown',
  429: 'throttled',
};

for (const row of httpKinds) {
  test(`[OQ-28] ${row.kind}: without a code, each status of 4xx but 408 is a refusal, and no other is`, async (t) => {
    const standIn = await startStandIn(t);
    const gateway = await openKind(row, standIn.url);
    const statuses = [202, 300, 303, ...Array.from({ length: 200 }, (_, index) => 400 + index)];
    for (const status of statuses) {
      standIn.answer = { status, body: '' };
      const delivery = await gateway.send(exampleMessage, deadlineAfter(30_000));
      const isClientFault = status >= 400 && status < 500;
      const outcome = byStatus[status] ?? (isClientFault ? 'unexplained' : 'unknown');
      assertOutcome(delivery, outcome, String(status));
    }
  });
}
