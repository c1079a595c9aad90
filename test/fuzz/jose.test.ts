import { fuzzTests, plantedFaultTest } from './fuzz-tests.ts';
import { joseTargets, splittingTarget } from './jose-targets.ts';

fuzzTests(joseTargets);

plantedFaultTest(
  'passes over the bits that are left at the end of a part',
  splittingTarget((text, count) => {
    const parts = text.split('.');
    const good = (part: string) => /^[A-Za-z0-9_-]+$/.test(part) && part.length % 4 !== 1;
    return parts.length === count && parts.every(good) ? parts : undefined;
  }),
);
