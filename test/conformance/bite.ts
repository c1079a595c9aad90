import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalog } from '../../conformance/catalog.ts';
import { familyOf } from '../../conformance/check.ts';
import type { ConformanceConfig } from '../../conformance/config.ts';
import { runConformance } from '../../conformance/suite.ts';
import type { Broken, Faults } from './faults/fault.ts';
import type { Fault, ReferenceServer } from './reference/server.ts';

/** A reference server and what the examiner is told about it. */
export interface Stage {
  readonly start: (fault: Fault | undefined) => Promise<ReferenceServer>;
  readonly configFor: (server: ReferenceServer) => ConformanceConfig;
}

const isBroken = (value: Broken | Fault): value is Broken => 'fault' in value;

/** For each fault: the server that has it fails the check that it is named after, and no other one of the family. */
export function testThatFaultsBite(faults: Faults, { start, configFor }: Stage): void {
  for (const [id, entry] of Object.entries(faults)) {
    const { fault, also = [] } = isBroken(entry) ? entry : { fault: entry };
    test(`a server broken for it fails ${id}`, async () => {
      const check = catalog.find((one) => one.id === id);
      assert.ok(check, 'there is no such check');
      const server = await start(fault);
      try {
        const { run } = await runConformance(configFor(server), { only: [`${familyOf(check)}/`], seed: 1 });
        for (const { kind, check: made, message } of run.outcomes)
          assert.notEqual(kind, 'broken', `${made.id}: ${message}`);
        const failed = run.outcomes.filter(({ kind }) => kind === 'failed' || kind === 'warned');
        const ids = failed.map((outcome) => outcome.check.id);
        if (also === 'any') assert.ok(ids.includes(id), `it did not fail among ${ids.length}`);
        else assert.deepEqual(ids.sort(), [id, ...also].sort());
      } finally {
        await server.close();
      }
    });
  }
}
