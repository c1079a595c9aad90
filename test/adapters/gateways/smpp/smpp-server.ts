import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

/** What Net::SMPP saw: a PDU, by its command and with its fields, or the start or end of a connection. */
export interface SmscEvent {
  readonly event: string;
  readonly session: number;
  readonly seq: number;
  readonly [field: string]: string | number;
}

/** How it answers: as it should, not at all, by closing, or with a `command_status`. */
interface SmscBehaviour {
  readonly submit?: 'accept' | 'number-as-id' | 'throttle-once' | 'silence' | 'drop' | number;
  readonly bind?: 'silence' | number;
  readonly enquire?: 'answer' | 'silence';
  readonly unbind?: 'answer' | 'silence';
}

interface SmscOrder {
  readonly do: 'accept' | 'refuse' | 'deliver' | 'enquire' | 'unbind' | 'raw' | 'drop';
  readonly session: number;
  readonly [detail: string]: unknown;
}

export interface Smsc {
  readonly port: number;
  readonly events: readonly SmscEvent[];
  /** Resolves with the `count`th event of that name, counted from 1, which may have been already. */
  seen(event: string, count?: number): Promise<SmscEvent>;
  /** Resolves when the client has got the answer to its `nth` bind, counted from 1. */
  bound(nth?: number): Promise<SmscEvent>;
  /** How many of them there were, once everything that it saw until now is known. */
  count(event: string): Promise<number>;
  /** Resolves when it will behave so. */
  behave(behaviour: SmscBehaviour): Promise<void>;
  /** Resolves when it has written what it was told to. */
  order(order: SmscOrder): Promise<void>;
}

const script = new URL('./smpp-server.pl', import.meta.url).pathname;

/** What stands in the configuration for the server on that port. */
export const smppSettings = (port: number) => ({
  kind: 'smpp',
  host: '127.0.0.1',
  port,
  tls: false,
  systemId: 'exemplo',
  password: { value: 'pw-smpp' },
  sender: 'Exemplo',
});

/** An SMSC on Net::SMPP, for the time of a test. */
export async function startSmsc(t: TestContext, behaviour: SmscBehaviour = {}): Promise<Smsc> {
  const child = spawn('perl', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  });
  const events: SmscEvent[] = [];
  const looking = new Set<() => void>();
  createInterface(child.stdout).on('line', (line) => {
    events.push(JSON.parse(line) as SmscEvent);
    for (const look of looking) look();
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the SMSC ended')));
  ended.catch(() => {});
  const find = (matches: (event: SmscEvent) => boolean, count: number): Promise<SmscEvent> => {
    const found = new Promise<SmscEvent>((resolve) => {
      const look = () => {
        const found = events.filter(matches)[count - 1];
        if (found === undefined) return;
        looking.delete(look);
        resolve(found);
      };
      looking.add(look);
      look();
    });
    return Promise.race([found, ended]);
  };
  let orders = 0;
  const tell = async (message: object): Promise<void> => {
    orders += 1;
    const order = orders;
    child.stdin.write(`${JSON.stringify({ ...message, order })}\n`);
    await find((event) => event.event === 'done' && event['order'] === order, 1);
  };
  const seen = (name: string, count = 1) => find(({ event }) => event === name, count);
  const { port } = await find(({ event }) => event === 'listening', 1);
  const count = async (name: string) => {
    await tell({});
    return events.filter(({ event }) => event === name).length;
  };
  const smsc: Smsc = {
    port: Number(port),
    events,
    seen,
    async bound(nth = 1) {
      const bind = await seen('bind_transceiver', nth);
      // Whoever answers this has read what was written before.
      const asked = await count('enquire_link_resp');
      await tell({ do: 'enquire', session: bind.session });
      await seen('enquire_link_resp', asked + 1);
      return bind;
    },
    count,
    behave: (set) => tell({ set }),
    order: tell,
  };
  await smsc.behave(behaviour);
  return smsc;
}
