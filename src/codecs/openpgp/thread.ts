import { answerCodecJobs } from '../threads/codec-thread.ts';
import type { PgpKey } from './key.ts';
import { openMessage, sealMessage } from './message.ts';

export interface PgpRules {
  /** Whether answers are ASCII armored within base64url. [OQ-16] */
  readonly armored: boolean;
}

answerCodecJobs<PgpKey, PgpRules>({
  open: (body, ring, _, nowMs) => openMessage(body, ring, nowMs),
  seal: (payload, ring, { armored }, nowMs) => sealMessage(payload, ring, nowMs, armored),
});
