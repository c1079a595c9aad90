/**
 * The real server, with a switch: after the message `arm POINT` its next sendOtp kills the process there with
 * SIGKILL. Arguments: data folder, file that plays the phone, and how many random µs to live once the start has
 * begun (0: no limit), which kills it during recovery.
 */
import { appendFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { openSqliteOtpStore } from '../../src/adapters/storage/sqlite/otp-store.ts';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { createSystemEntropy } from '../../src/adapters/system/system-entropy.ts';
import type { Entropy } from '../../src/ports/entropy.ts';
import type { OtpStore } from '../../src/ports/otp-store.ts';
import type { Delivery, SmsGateway, SmsMessage } from '../../src/ports/sms-gateway.ts';
import { loadConfig } from '../../src/settings/load.ts';
import { compose } from '../../src/wiring/application.ts';
import { die, loadGun } from '../support/gun.ts';
import { TEST_SETTINGS } from '../support/test-application.ts';
import type { CrashPoint } from './crash-points.ts';

const [, , dataDirectory = '', phoneFile = '', lifeMicros = '0'] = process.argv;

let armed: CrashPoint | undefined;
let fire: ((afterMicros: number) => void) | undefined;

function reach(point: CrashPoint): void {
  if (armed === point) die();
}

let commits = 0;

/** The database as the store sees it; dies before a commit, or while a checkpoint follows one. */
class CrashingDatabase extends DatabaseSync {
  override prepare(sql: string): StatementSync {
    const statement = super.prepare(sql);
    if (sql !== 'COMMIT') return statement;
    const run = statement.run.bind(statement);
    statement.run = () => {
      commits += 1;
      if (commits === 1) reach('intent not yet synced');
      if (commits === 2) reach('result not yet synced');
      const changes = run();
      if (commits === 2 && armed === 'during checkpoint') {
        fire?.(Math.random() * 3000);
        for (;;) this.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      }
      return changes;
    };
    return statement;
  }
}

const systemEntropy = createSystemEntropy();
/** The first identifier is taken when a request has been read. */
const entropy: Entropy = {
  id: () => {
    reach('request read');
    commits = 0;
    return systemEntropy.id();
  },
  bytes: (count) => systemEntropy.bytes(count),
};

/** The phone is a file: what stands in it has arrived. */
const gateway: SmsGateway = {
  name: 'phone',
  async send(message: SmsMessage): Promise<Delivery> {
    appendFileSync(
      phoneFile,
      `${JSON.stringify({ to: message.to.reveal(), text: message.text.reveal() })}\n`,
    );
    reach('gateway call sent');
    return { kind: 'accepted', gateway: 'phone', messageId: undefined };
  },
  close: async () => undefined,
};

if (lifeMicros !== '0') (await loadGun())(Number(lifeMicros));

const opened = openSqliteOtpStore({
  file: join(dataDirectory, 'otp.sqlite'),
  environment: 'sandbox',
  open: (file, options) => new CrashingDatabase(file, options),
});

const store: OtpStore = {
  recall: (key) => {
    reach('envelope opened');
    return opened.recall(key);
  },
  findChallenge: (requestId) => opened.findChallenge(requestId),
  issue: async (order, decide) => {
    const decision = await opened.issue(order, decide);
    reach('intent durable');
    return decision;
  },
  settle: async (order, decide) => {
    reach('gateway answered');
    await opened.settle(order, decide);
    reach('result durable');
  },
  attempt: (order, decide) => opened.attempt(order, decide),
  complete: (completion, decide) => opened.complete(completion, decide),
  weighClosed: (order, decide) => opened.weighClosed(order, decide),
  closedState: () => opened.closedState(),
  setClosedState: (state) => opened.setClosedState(state),
  endCodes: (order, decide) => opened.endCodes(order, decide),
  findAssociation: (digest) => opened.findAssociation(digest),
  changeAssociation: (digest, decide) => opened.changeAssociation(digest, decide),
  untoldAssociations: (order) => opened.untoldAssociations(order),
  sweep: (beforeMs, rowsMax) => opened.sweep(beforeMs, rowsMax),
  remember: (nowMs) => opened.remember(nowMs),
  newestMoment: () => opened.newestMoment(),
  recordReceipt: (order, decide) => opened.recordReceipt(order, decide),
  blocks: (nowMs) => opened.blocks(nowMs),
  history: (requestId) => opened.history(requestId),
  requestsOf: (subject, rowsMax) => opened.requestsOf(subject, rowsMax),
  erase: (order) => opened.erase(order),
  check: () => opened.check(),
  close: () => opened.close(),
};

const write = Socket.prototype.write as (this: Socket, ...args: unknown[]) => boolean;
Socket.prototype.write = function crashingWrite(this: Socket, ...args: unknown[]): boolean {
  const text = String(args[0]);
  const isAnswer = text.startsWith('HTTP/1.1 200');
  if (isAnswer && armed === 'answer half written') {
    return write.call(this, text.slice(0, Math.floor(text.length / 2)), die);
  }
  if (isAnswer && armed === 'answer sent') setTimeout(die, 20);
  return write.apply(this, args);
};

const config = loadConfig({
  env: {},
  overrides: { ...TEST_SETTINGS, dataDirectory, 'quotas.coolDownMs': 0, 'quotas.sendsPerAccount.max': 256 },
});
const clock = createSystemClock(await opened.newestMoment());
const application = await compose(config, { store, gateway, entropy, clock });
const { methods } = await application.listen();
process.on('message', async (message: { readonly arm: CrashPoint }) => {
  if (message.arm === 'during checkpoint') fire = await loadGun();
  armed = message.arm;
  process.send?.({ armed });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ methods });
