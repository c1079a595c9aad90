import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect } from '../support/postgres/connect.ts';
import { storeSettings } from '../support/postgres/connection.ts';
import { testSchema } from '../support/postgres/schema.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { startApplication } from '../support/test-application.ts';

const LINE_CHARACTERS_MAX = 500;

interface Outage {
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Begins it. */
  begin(dataDirectory: string): void | Promise<void>;
  /** What the line of a call says of it. */
  readonly cause: RegExp;
}

function movedAway(name: string): Outage {
  return {
    begin: (dataDirectory) => renameSync(join(dataDirectory, name), join(dataDirectory, 'moved')),
    cause: new RegExp(`${name} was deleted or moved away`, 'g'),
  };
}

const outages: Readonly<Record<string, (t: TestContext) => Promise<Outage>>> = {
  'the store in a file is gone': async () => movedAway('otp.sqlite'),
  'the accounts in a file are gone': async () => movedAway('accounts.sqlite'),
  'the store on PostgreSQL is not reached': async (t) => {
    const { url, schema } = await testSchema();
    const proxy = await TcpProxy.to(Number(new URL(url).port));
    t.after(() => proxy.close());
    const settings = { ...storeSettings({ url, schema }), 'store.hosts': [`127.0.0.1:${proxy.port}`] };
    return { settings, begin: () => proxy.close(), cause: /ECONNREFUSED/g };
  },
  'the accounts on PostgreSQL are gone': async (t) => {
    const { url, schema } = await testSchema();
    const database = await connect(t, url);
    const begin = async () => {
      await database.query(`ALTER TABLE ${schema}.account RENAME TO gone`);
    };
    return {
      settings: storeSettings({ url, schema }),
      begin,
      cause: /relation "\S+account" does not exist/g,
    };
  },
};

for (const [name, prepare] of Object.entries(outages)) {
  test(`${name}: each call has a short line that says so once, and few tell where it was noticed`, async (t) => {
    const { settings, begin, cause } = await prepare(t);
    const lines: string[] = [];
    const server = await startApplication({
      settings: { ...settings, 'log.level': 'error' },
      overrides: { logDestination: { write: (line: string) => void lines.push(line) } },
    });
    t.after(() => server.stop());
    await begin(server.dataDirectory);
    // It looks for its files.
    await fetch(`${server.operatorUrl}/health/ready`);
    for (let n = 0; n < 20; n += 1) {
      const fields = { accountPhoneNumber: activeNumber(n), smsMatchingToken: 'AbCdEfGhIjK' };
      assert.equal((await server.call('sendOtp', `send-${n}`, fields)).status, 503);
    }
    const calls = lines.filter((line) => JSON.parse(line).msg === 'call');
    assert.equal(calls.length, 20);
    for (const line of calls) assert.equal(JSON.parse(line).reason.match(cause)?.length, 1, line);
    const withPlace = calls.filter((line) => 'err' in JSON.parse(line));
    // The connections that were open end in another way than those that can't be made.
    assert.ok(withPlace.length >= 1 && withPlace.length <= 2, `${withPlace.length}`);
    assert.ok(lines.some((line) => JSON.parse(line).err?.stack));
    for (const line of calls.filter((one) => !withPlace.includes(one))) {
      assert.ok(line.length <= LINE_CHARACTERS_MAX, line);
    }
  });
}
