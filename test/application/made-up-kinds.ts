import type { TestContext } from 'node:test';
import { type ChangedCopy, changedCopy } from '../support/changed-copy.ts';

/** A copy of the program with a kind more in each catalog: a folder and a row, as CONTRIBUTING says. */
export function withMadeUpKinds(t: TestContext): ChangedCopy {
  const copy = changedCopy(t);
  copy.add('src/adapters/storage/shelf/settings.ts', shelfSettings);
  copy.add('src/adapters/storage/shelf/shelf.ts', shelf);
  copy.change(
    'src/adapters/storage/catalog.ts',
    'import * as sqlite',
    "import * as shelf from './shelf/settings.ts';\nimport * as sqlite",
  );
  copy.change(
    'src/adapters/storage/catalog.ts',
    'export const storeKinds = [',
    `export const storeKinds = [
  row(shelf, {
    open: async (...terms) => (await import('./shelf/shelf.ts')).open(...terms),
    inspect: async (terms) => (await import('./shelf/shelf.ts')).inspect(terms),
    revokedKeys: async () => [],
  }),`,
  );
  copy.add('src/adapters/directory/card/settings.ts', cardSettings);
  copy.add('src/adapters/directory/card/card.ts', card);
  copy.change(
    'src/adapters/directory/catalog.ts',
    'import * as sqlite',
    "import * as card from './card/settings.ts';\nimport * as sqlite",
  );
  copy.change(
    'src/adapters/directory/catalog.ts',
    'export const directoryKinds = [',
    `export const directoryKinds = [
  row(card, { open: async (terms) => (await import('./card/card.ts')).open(terms) }),`,
  );
  copy.add('src/adapters/gateways/pigeon/settings.ts', pigeonSettings);
  copy.add('src/adapters/gateways/pigeon/pigeon.ts', pigeon);
  copy.change(
    'src/adapters/gateways/catalog.ts',
    'import * as smpp',
    "import * as pigeon from './pigeon/settings.ts';\nimport * as smpp",
  );
  copy.change(
    'src/adapters/gateways/catalog.ts',
    'export const deliveringKinds = [',
    `export const deliveringKinds = [
  row(pigeon, async (settings) => (await import('./pigeon/pigeon.ts')).open(settings)),`,
  );
  return copy;
}

const shelfSettings = `
import { join } from 'node:path';
import { Type } from '../../../config/setting-words.ts';

export const settings = Type.Object({
  kind: Type.Literal('shelf', { description: 'A shelf in the hall.' }),
  hall: Type.String({ filePath: true, description: 'Where the shelf stands.' }),
  boards: Type.Integer({ default: 3, minimum: 1, maximum: 9, description: 'How many boards it has.' }),
});

export const rules = [
  { fault: ({ boards }) => (boards === 7 ? 'has seven boards' : undefined), accepted: 'another number' },
  { fault: ({ boards }) => (boards === 8 ? 'has eight boards' : undefined), accepted: 'fewer', inProduction: true },
];

export const where = ({ settings: { hall } }) => join(hall, 'shelf');
`;

/** Keeps what it is told as the embedded store does, in a place of its own. */
const shelf = `
import { existsSync } from 'node:fs';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { openSqliteOtpStore } from '../sqlite/otp-store.ts';
import { where } from './settings.ts';

export const loaded = true;

export async function open(terms, access) {
  const file = where(terms);
  if (access === 'read' && !existsSync(file)) throw new UnavailableError('there is no shelf ' + file);
  const isNew = !existsSync(file);
  const store = openSqliteOtpStore({ file, environment: terms.environment, beside: access === 'serve' || access === 'make' ? undefined : access === 'read' ? 'read' : 'write' });
  let checks;
  const keys = {
    checks: async () => checks,
    note: async (noted) => void (checks = noted),
    codesBySecret: async () => [],
    rotate: async () => 0,
    revoked: async () => [],
    keepRevoked: async () => {},
  };
  return { store, isNew, keys };
}

export async function inspect(terms) {
  return { fromVersion: existsSync(where(terms)) ? 1 : 0, toVersion: 1 };
}
`;

const cardSettings = `
import { Type } from '../../../config/setting-words.ts';

export const settings = Type.Object({
  kind: Type.Literal('card', { description: 'One account, on a card.' }),
  accountId: Type.String({ description: 'Its id.' }),
  phoneNumber: Type.String({ description: 'Its number.' }),
});

export const rules = [];
export const where = () => 'the card on the desk';
`;

const card = `
import { Secret } from '../../../ports/secret.ts';

export async function open({ settings: { accountId, phoneNumber } }) {
  const account = { accountId, status: 'active', phoneNumber: new Secret(phoneNumber), language: undefined };
  const directory = {
    findByAssociationId: async (id) => (id === 'as-card' ? account : undefined),
    findByAccountId: async (id) => (id === accountId ? account : undefined),
    findByPhoneNumber: async (number) => (number.reveal() === phoneNumber ? [account] : []),
    check: async () => {},
    close: async () => {},
  };
  return { directory };
}
`;

const pigeonSettings = `
import { Type } from '../../../config/setting-words.ts';
import { gatewayName } from '../shared/common-settings.ts';

export const settings = Type.Object({
  kind: Type.Literal('pigeon', { description: 'By air.' }),
  name: gatewayName('pigeon'),
  loft: Type.String({ description: 'Where it lives.' }),
});

export const rules = { urls: () => [], isCalledBack: () => false, between: [] };
`;

/** One whose loft is \`shut\` refuses every text. */
const pigeon = `
export const flown = [];

export async function open({ name, loft }) {
  return {
    name,
    async send({ text }) {
      if (loft === 'shut') return { kind: 'refused', gateway: name, reason: 'gateway-down', detail: 'shut' };
      flown.push({ by: name, text: text.reveal() });
      return { kind: 'accepted', gateway: name, messageId: String(flown.length) };
    },
    close: async () => {},
  };
}
`;
