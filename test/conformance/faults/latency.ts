import { mock } from 'node:test';
import type { Fault } from '../reference/server.ts';
import type { Faults } from './fault.ts';

const rightNow = performance.now.bind(performance);

/**
 * Takes its time for some answers, counted from 1: until `mock.reset()`, the watch by which the examiner measures is put
 * forward. So nobody waits, and what else a busy machine takes is far from every limit.
 */
const dawdles = (ms: number, when: (call: number) => boolean): Fault => {
  let [calls, aheadMs] = [0, 0];
  return {
    write: (right) => async (reply, request) => {
      if (calls === 0) mock.method(performance, 'now', () => rightNow() + aheadMs);
      calls += 1;
      if (when(calls)) aheadMs += ms;
      return right(reply, request);
    },
  };
};

export const latencyFaults: Faults = {
  'latency/samples': { fault: dawdles(8000, (call) => call === 25), also: ['latency/available'] },
  'latency/available': dawdles(8000, (call) => call === 2),
  'latency/p95': dawdles(6000, (call) => call % 12 === 0),
  'latency/p90': dawdles(4000, (call) => call % 8 === 0),
};

/** How many calls these faults are made for. */
export const latencySamples = 30;
