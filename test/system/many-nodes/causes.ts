import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, diskBytes } from './cluster.ts';
import type { Random } from './random.ts';
import type { ServerNode } from './server-node.ts';

/** Something that goes wrong, and ends. */
export interface Cause {
  readonly name: string;
  /** Why it can't be brought about here. Absent: it can. */
  readonly hindrance?: string | undefined;
  /** Does it, lets it last, and ends it. Returns at its end. */
  readonly happen: (cluster: Cluster, random: Random) => Promise<void>;
  /** What somebody mends later, while all nodes work. */
  readonly mend?: (cluster: Cluster) => Promise<void>;
}

const CLOCK_SHIFT_MS = 15_000;

export const causes: readonly Cause[] = [
  {
    name: 'the primary dies, and its standby is promoted',
    happen: (cluster) => cluster.failOver(),
    mend: (cluster) => cluster.addStandby(),
  },
  {
    name: 'a node is killed, and comes back',
    async happen({ nodes }, random) {
      const node = random.pick(nodes);
      await node.kill();
      await pause(random.between(0, 1000));
      await node.start();
    },
  },
  {
    name: 'two nodes are killed at once, and come back',
    async happen({ nodes }, random) {
      const [, ...two] = random.shuffled(nodes);
      await Promise.all(two.map((node) => node.kill()));
      await Promise.all(two.map((node) => node.start()));
    },
  },
  {
    name: 'a node stands still for longer than its lease',
    async happen({ nodes }, random) {
      const node = random.pick(nodes);
      node.pause();
      // After 10 s others take over, and a text of theirs is on its way for no longer than a request lasts.
      await pause(14_000);
      node.resume();
    },
  },
  {
    name: 'the standby stands still',
    async happen({ standby }, random) {
      await standby?.pause();
      await pause(random.between(2000, 5000));
      await standby?.resume();
    },
  },
  {
    name: 'the network of every node falls silent',
    async happen({ networks }, random) {
      for (const way of networks.flat()) way.fallSilent('there', 'back');
      await pause(random.between(1500, 4000));
      for (const way of networks.flat()) way.speak();
    },
  },
  {
    name: 'what the database answers is lost',
    async happen({ networks }, random) {
      for (const way of networks.flat()) way.fallSilent('back');
      await pause(random.between(200, 2500));
      for (const way of networks.flat()) {
        way.cut();
        way.speak();
      }
    },
  },
  {
    name: 'PgBouncer is restarted',
    async happen({ bouncers }, random) {
      for (const bouncer of bouncers) await bouncer.shutDown();
      await pause(random.between(0, 1500));
      for (const bouncer of bouncers) await bouncer.start();
    },
  },
  {
    name: 'the disk of the primary is full',
    hindrance: diskBytes === undefined ? 'only root can bound a disk' : undefined,
    async happen({ primary }, random) {
      const ballast = join(primary.directory, 'ballast');
      await fill(ballast);
      await pause(random.between(1000, 4000));
      await rm(ballast);
      // It gives up where not even its log of changes can be written.
      await primary.ensureRunning();
    },
  },
  {
    name: 'the clocks of the nodes differ by half a minute',
    async happen({ nodes }, random) {
      const [early, late] = random.shuffled(nodes);
      await restart(early, -CLOCK_SHIFT_MS);
      await restart(late, CLOCK_SHIFT_MS);
      await pause(4000);
      await restart(early, 0);
      await restart(late, 0);
    },
  },
];

async function restart(node: ServerNode | undefined, clockShiftMs: number): Promise<void> {
  await node?.kill();
  await node?.start({ clockShiftMs });
}

/** Writes until nothing more can be written. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let bytes = 1024 * 1024; bytes >= 512; bytes /= 2) {
      const piece = Buffer.alloc(bytes);
      while (
        await file.write(piece).then(
          () => true,
          () => false,
        )
      );
    }
  } finally {
    await file.close();
  }
}
