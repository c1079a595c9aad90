import { answerCodecJobs } from '../threads/codec-thread.ts';
import { openJwe } from './jwe-open.ts';
import type { JweRules } from './jwe-rules.ts';
import { sealJwe } from './jwe-seal.ts';
import type { JoseKey } from './key.ts';

answerCodecJobs<JoseKey, JweRules>({ open: openJwe, seal: sealJwe });
