import { answerCodecJobs } from './codec-thread.ts';
import { openMessage, sealMessage } from './openpgp-message.ts';
import type { PgpKey } from './pgp-key.ts';

export interface PgpRules {
  /** Whether answers are ASCII armored within base64url. [OQ-16] */
  readonly armored: boolean;
}

answerCodecJobs<PgpKey, PgpRules>({
  open: (body, ring, _, nowMs) => openMessage(body, ring, nowMs),
  seal: (payload, ring, { armored }, nowMs) => sealMessage(payload, ring, nowMs, armored),
});
