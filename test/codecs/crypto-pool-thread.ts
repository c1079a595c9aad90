import { answerJobs } from '../../src/codecs/crypto-thread.ts';

/** A thread that does what a test tells it: count, throw, die, or keep busy for a while. */
export type TestJob = 'keys' | 'throw' | 'die' | { readonly busyMs: number };

answerJobs<string, TestJob, string>((keys) => {
  if (keys === 'unusable') throw new Error('these keys are unusable');
  return (job) => {
    if (job === 'throw') throw new TypeError('this job throws');
    if (job === 'die') process.exit(1);
    const end = performance.now() + (job === 'keys' ? 0 : job.busyMs);
    while (performance.now() < end);
    return keys;
  };
});
