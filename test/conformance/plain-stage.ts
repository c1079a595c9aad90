import type { ConformanceConfig } from '../../conformance/run/config.ts';
import { latencySamples } from './faults/latency.ts';
import { type Fault, type ReferenceServer, startReferenceServer } from './reference/server.ts';
import { accounts, configFor } from './setting.ts';

/** A reference server and what the examiner is told about it. */
export interface Stage {
  readonly start: (fault: Fault | undefined) => Promise<ReferenceServer>;
  readonly configFor: (server: ReferenceServer) => ConformanceConfig;
}

export const plainStage: Stage = {
  start: (fault) => startReferenceServer({ accounts, fault }),
  configFor: (server) => ({ ...configFor(server), latency: { samples: latencySamples } }),
};
