import type { Fault } from '../reference/server.ts';
import type { Faults } from './fault.ts';

/** Takes its time for some answers, counted from 1. The examiner is told shorter limits for these. */
const dawdles = (ms: number, when: (call: number) => boolean): Fault => {
  let calls = 0;
  return {
    write: (right) => async (reply, request) => {
      calls += 1;
      if (when(calls)) await new Promise((resolve) => setTimeout(resolve, ms));
      return right(reply, request);
    },
  };
};

export const latencyFaults: Faults = {
  'latency/samples': { fault: dawdles(1400, (call) => call === 25), also: ['latency/available'] },
  'latency/available': dawdles(1400, (call) => call === 2),
  'latency/p95': dawdles(700, (call) => call % 12 === 0),
  'latency/p90': dawdles(300, (call) => call % 8 === 0),
};

/** The limits these faults are made for, in place of seconds. */
export const hurriedLatency = { samples: 30, unavailableMs: 1000, p95Ms: 450, p90Ms: 200 };
