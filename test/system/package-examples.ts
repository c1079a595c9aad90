import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { startStandIn } from '../adapters/gateways/shared/gateway-stand-in.ts';
import { proofSize } from '../support/proof-size.ts';

const root = join(import.meta.dirname, '../..');

/** A project that has the package installed. */
export interface UserProject {
  /** Its folder. */
  readonly user: string;
  /** The folder of the package in it. */
  readonly installed: string;
  /** The command line of the package. */
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
  /** Fails with what the program printed unless it ends with 0. */
  readonly run: (cwd: string, program: string, ...args: string[]) => string;
}

const application = `
import { type AccountDirectory, compose, loadConfig, type Overrides, UnavailableError } from 'gsp-otp';

const directory: AccountDirectory = {
  async findByAssociationId() { return undefined; },
  async findByAccountId() { return undefined; },
  async findByPhoneNumber() { return []; },
  async check(deadline) { if (deadline.remainingMs() < 0) throw new UnavailableError('never'); },
  async close() {},
};
const settings = { dataDirectory: 'data', 'http.port': 0, 'operator.port': 0, 'log.level': 'silent' };
const overrides: Overrides = { directory };
const application = await compose(loadConfig({ env: {}, overrides: settings }), overrides);
const { methods } = await application.listen();
const response = await fetch(methods + '/v1/echo', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
console.log(response.status, Object(await response.json()).errorResponseCode);
await application.close();
`;

const judged = `
import { accountDirectoryContract, type KnownAccount, smsGatewayContract } from 'gsp-otp/contracts';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOwnDirectory } from './own-directory.ts';
import { createOwnGateway } from './own-gateway.ts';

const open = (accounts: readonly KnownAccount[]) =>
  createOwnDirectory(accounts.map((account) => ({ status: 'active', language: undefined, ...account })));
accountDirectoryContract('our directory', open);
if (process.argv.includes('broken')) accountDirectoryContract('a broken one', () => open([]));

const key = 'a-key-of-our-service';
smsGatewayContract('our gateway', async (behaviour, t) => {
  const server = createServer((_request, response) => {
    if (behaviour !== 'silence') response.writeHead(behaviour === 'accept' ? 202 : 422).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => { server.closeAllConnections(); server.close(); });
  const { port } = server.address() as AddressInfo;
  return { gateway: createOwnGateway({ url: 'http://127.0.0.1:' + port, key }), secrets: [key] };
});
`;

const examples = [
  'own-directory.ts',
  'own-gateway.ts',
  'own-server.ts',
  'associate-account/associate-account.ts',
];

function contractTests(project: UserProject): void {
  const { user, env, run } = project;

  test('the contracts of the ports judge the examples of adapters in a project of its own', () => {
    writeFileSync(join(user, 'adapters.test.ts'), judged);
    assert.match(run(user, process.execPath, 'adapters.test.ts'), /^ℹ pass [1-9]\d*$/m);
    const broken = spawnSync(process.execPath, ['adapters.test.ts', 'broken'], { cwd: user, env });
    assert.equal(broken.status, 1);
  });

  test('the declarations of library and contracts fit what was written for them', () => {
    cpSync(join(root, 'test/surface/uses'), join(user, 'uses'), { recursive: true });
    const uses = globSync('uses/*.ts', { cwd: user });
    compile(project, 'app.ts', 'adapters.test.ts', ...uses, ...examples);
  });
}

/** Of what the package is for whoever writes a program with it. */
export function exampleTests(project: UserProject): void {
  const { user, installed, run } = project;

  test("the library runs inside an application of one's own", () => {
    writeFileSync(join(user, 'app.ts'), application);
    assert.equal(run(user, process.execPath, 'app.ts'), '400 MISSING_REQUIRED_FIELD\n');
  });

  test('the package has the examples', () => {
    for (const example of examples) cpSync(join(installed, 'examples', example), join(user, example));
  });

  test('the example of a directory sends a text and verifies its code, and stops in order', async (t) => {
    const { urls, stop } = await start(t, project, 'own-directory.ts', /^methods (\S+), operator (\S+)$/);
    const [methods = '', operator = ''] = urls;
    await sendAndVerify(methods, { associationId: 'maria' }, async () => {
      const inbox = await fetch(`${operator}/inbox`, { headers: { accept: 'application/json' } });
      const { texts } = Object(await inbox.json());
      return texts[0].text;
    });
    await stop();
  });

  // What takes long: the compiler, the runner of tests, and more servers.
  if (proofSize('PROOF_EXAMPLES', { quick: 0, mass: 1 }) === 0) return;
  contractTests(project);

  test('the example of a gateway sends by its service, takes its receipt, and leaves the rest to the next one', async (t) => {
    const service = await startStandIn(t, { status: 202, body: '' });
    const key = 'a-key-of-our-service';
    const publicUrl = 'https://receipts.bank.example';
    const settings = {
      OWN_SMS_URL: service.url,
      OWN_SMS_KEY: key,
      GSP_OTP_RECEIPTS: JSON.stringify({ port: 0, publicUrl }),
    };
    const ready = /^methods (\S+), operator (\S+), receipts (\S+)$/;
    const { urls, stop } = await start(t, project, 'own-gateway.ts', ready, settings);
    const [methods = '', operator = '', receipts = ''] = urls;
    await sendAndVerify(
      methods,
      { accountPhoneNumber: '+12025550101' },
      async () => JSON.parse(service.requests[0]?.body ?? '').text,
    );
    const { reference } = JSON.parse(service.requests[0]?.body ?? '');
    const deliver = async (signedBy: string) => {
      const body = JSON.stringify({ reference, delivered: true });
      const headers = { 'x-signature': createHmac('sha256', signedBy).update(body).digest('hex') };
      return (await fetch(`${receipts}/receipts/own-service`, { method: 'POST', headers, body })).status;
    };
    assert.equal(await deliver('another-key'), 403);
    assert.equal(await deliver(key), 200);
    const metrics = await (await fetch(`${operator}/metrics`)).text();
    assert.match(
      metrics,
      /^gsp_otp_receipts_total\{[^}]*gateway="own-service"[^}]*state="delivered"[^}]*\} 1$/m,
    );

    await service.reach('refuses');
    const next = await ask(methods, 'sendOtp', 'next', { accountPhoneNumber: '+13055550102', ...token });
    assert.match(next, /"result":"SUCCESS"/);
    assert.equal(service.requests.length, 1);
    const inbox = await fetch(`${operator}/inbox`, { headers: { accept: 'application/json' } });
    assert.equal(Object(await inbox.json()).texts.length, 1);
    await stop();
  });

  test("the example of a server of one's own serves the methods beside its own routes", async (t) => {
    const { urls, stop } = await start(t, project, 'own-server.ts', /^listening on port (\d+)$/, {
      PORT: '0',
    });
    const url = `http://127.0.0.1:${urls[0]}`;
    const sent = await ask(url, 'sendOtp', 'embedded', { accountPhoneNumber: '+12025550101', ...token });
    assert.match(sent, /"result":"SUCCESS"/);
    assert.equal(await (await fetch(`${url}/`)).text(), 'Banco Exemplo\n');
    await stop();
  });

  test('what the example says of Fastify is true', () => {
    const text = readFileSync(join(installed, 'examples/own-server.ts'), 'utf8');
    const [, block = ''] = text.split('before anything reads the body:\n');
    const snippet = (block.split('*/')[0] ?? '').replace(/^ \* ?/gm, '');
    writeFileSync(join(user, 'fastify.ts'), mounting(snippet));
    assert.equal(run(user, process.execPath, 'fastify.ts'), '400 MISSING_REQUIRED_FIELD\n');
  });
}

const mounting = (snippet: string) => `
import Fastify from 'fastify';
import { compose, loadConfig } from 'gsp-otp';
const overrides = { dataDirectory: 'mounted', 'log.level': 'silent' };
const application = await compose(loadConfig({ env: {}, overrides }));
const fastify = Fastify();
${snippet}
const url = await fastify.listen({ port: 0, host: '127.0.0.1' });
const headers = { 'content-type': 'application/json' };
const response = await fetch(url + '/v1/echo', { method: 'POST', headers, body: '{}' });
console.log(response.status, Object(await response.json()).errorResponseCode);
await fastify.close();
await application.close();
`;

/** As strictly as the compiler can. */
function compile({ user, run }: UserProject, ...files: readonly string[]): void {
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noEmit'];
  const modules = ['--target', 'es2024', '--module', 'nodenext', '--allowImportingTsExtensions'];
  const nodeTypes = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  run(user, join(root, 'node_modules/.bin/tsc'), ...strict, ...modules, ...nodeTypes, ...files);
}

/** Starts an example, and yields what the line that says it is ready names. `stop` ends it by SIGTERM, in order. */
async function start(
  t: TestContext,
  { user, env, installed, command, run }: UserProject,
  example: string,
  ready: RegExp,
  settings: Readonly<Record<string, string>> = {},
) {
  const accounts = join(installed, 'examples/accounts.csv');
  run(user, command, 'accounts', 'import', accounts, '--set', `dataDirectory=data-of-${example}`);
  const data = {
    GSP_OTP_DATA_DIRECTORY: `data-of-${example}`,
    GSP_OTP_HTTP_PORT: '0',
    GSP_OTP_OPERATOR_PORT: '0',
  };
  const child = spawn(process.execPath, [example], { cwd: user, env: { ...env, ...data, ...settings } });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  let told: RegExpExecArray | null = null;
  for await (const line of createInterface(child.stdout)) {
    told = ready.exec(line);
    if (told) break;
  }
  return {
    urls: told?.slice(1) ?? [],
    async stop() {
      child.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null]);
    },
  };
}

const token = { smsMatchingToken: 'AbCdEfGhIjK' };

async function ask(methods: string, method: string, requestId: string, members: object): Promise<string> {
  const protocolVersion = { major: 1, minor: 0, revision: 0 };
  const requestHeader = { protocolVersion, requestId, requestTimestamp: String(Date.now()) };
  const body = JSON.stringify({ requestHeader, ...members });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${methods}/v1/${method}`, { method: 'POST', headers, body });
  return JSON.stringify(await answer.json());
}

async function sendAndVerify(methods: string, account: object, text: () => Promise<string>): Promise<void> {
  const sent = await ask(methods, 'sendOtp', 'example-send', { ...account, ...token });
  assert.match(sent, /"result":"SUCCESS"/);
  const otp = /\b\d{6}\b/.exec(await text())?.[0];
  const verified = await ask(methods, 'verifyOtp', 'example-verify', {
    sendOtpRequestId: 'example-send',
    otp,
  });
  assert.match(verified, /"result":"SUCCESS"/);
}
