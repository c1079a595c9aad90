import { answerCodecJobs } from './codec-thread.ts';
import type { JoseKey } from './jose-key.ts';
import { openJwe } from './jwe-open.ts';
import type { JweRules } from './jwe-rules.ts';
import { sealJwe } from './jwe-seal.ts';

answerCodecJobs<JoseKey, JweRules>({ open: openJwe, seal: sealJwe });
