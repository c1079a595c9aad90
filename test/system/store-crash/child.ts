/**
 * Eight callers send, and use the code to associate the account, through a store until the process is killed at a chosen point. A line on standard output
 * acknowledges each step after the store did. Arguments: kind of the store, where it is, name of this run, point, at
 * which write, and after how many µs of it.
 */
import { writeSync } from 'node:fs';
import {
  accepted,
  anAssociation,
  anAttempt,
  digest,
  HOUR,
  issue,
  settleText,
  toJudge,
} from '../../contracts/otp-orders.ts';
import { crashKinds } from './crash-kinds.ts';

const [, , kind = '', address = '', run = '', point = '', fatalWrite = '1', micros = '0'] = process.argv;
const { openFatally } = crashKinds[kind as keyof typeof crashKinds];
const fate = { point, fatalWrite: Number(fatalWrite), micros: Number(micros) };
const store = await openFatally(address, fate);

const ceilings = [{ subject: 'global', windowMs: HOUR }];

async function call(caller: number): Promise<never> {
  for (let turn = 0; ; turn += 1) {
    const requestId = `${run}-${caller}-${turn}`;
    // An account and a number of its own: a newer text of the same one would supersede it.
    const whom = { accountDigest: digest(requestId), phoneNumberDigest: digest(`number of ${requestId}`) };
    await issue(store, requestId, whom, { ceilings });
    writeSync(1, `issued ${requestId}\n`);
    await settleText(store, accepted(requestId));
    writeSync(1, `sent ${requestId}\n`);
    const association = anAssociation(requestId);
    const order = anAttempt(requestId, requestId, { associationDigest: association.digest });
    await store.attempt(order, (facts) => {
      const decision = toJudge(order, true)(facts);
      return decision.kind === 'judged' ? { ...decision, association } : decision;
    });
    writeSync(1, `verified ${requestId}\n`);
  }
}

await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(call));
