import type { ListenerWatch } from '../../src/http/server.ts';
import type { EndedReason } from '../../src/telemetry/ended-log.ts';
import { TestClock } from '../support/test-clock.ts';

/** What a listener tells goes here. Its clock stands still unless it is passed. */
export function watching(
  onRefused: (status: number) => void = () => undefined,
  onEnded: (reason: EndedReason) => void = () => undefined,
  clock = new TestClock(),
): ListenerWatch {
  return { clock, onRefused, onEnded };
}
