import { testThatFaultsBite } from './bite.ts';
import { hurriedLatency } from './faults/latency.ts';
import { plainFaults } from './faults/plain.ts';
import { startReferenceServer } from './reference/server.ts';
import { accounts, configFor } from './setting.ts';

testThatFaultsBite(plainFaults, {
  start: (fault) => startReferenceServer({ accounts, fault }),
  configFor: (server) => ({ ...configFor(server), latency: hurriedLatency }),
});
