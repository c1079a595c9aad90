import { answerJobs } from '../../../src/codecs/threads/crypto-thread.ts';

/** A thread that does what a test tells it: tell its keys or how often it was asked, throw, die, or keep busy for a while. */
export type TestJob = 'keys' | 'count' | 'throw' | 'die' | { readonly busyMs: number };

let count = 0;

answerJobs<string, TestJob, string>((keys) => {
  if (keys === 'unusable') throw new Error('these keys are unusable');
  return (job) => {
    if (job === 'throw') throw new TypeError('this job throws');
    if (job === 'die') process.exit(1);
    if (job === 'count') return String(++count);
    const end = performance.now() + (job === 'keys' ? 0 : job.busyMs);
    while (performance.now() < end);
    return keys;
  };
});
