import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { OtpStore } from '../../../../src/ports/otp-store.ts';
import { otpStoreSuite } from '../../../contracts/otp-store.ts';
import type { StoreUnderTest } from '../../../contracts/store-factory.ts';

/** A test of the store's contract. */
export interface ContractTest {
  readonly name: string;
  /** What it throws; `undefined`: the store passes. */
  failure(t: TestContext): Promise<unknown>;
}

/** What starts servers. */
const LEFT_OUT = /^\[OQ-8\] /;

/** What a store in memory can't pass, for it does not outlive its closing; and what takes long, and says nothing that others don't. */
const LEFT_OUT_IN_MEMORY =
  /^closing |^\[OQ-69\] what was remembered before|^of each list facts tell|^a ceiling never counts fewer/;

interface Made extends StoreUnderTest {
  close(): Promise<void>;
}

/** The contract, over stores in memory that `make` makes anew for each test. */
export function contractInMemory(make: () => OtpStore): readonly ContractTest[] {
  const inMemory = async () => {
    const store = make();
    return { store, reopen: async () => store, close: () => store.close() };
  };
  return contractAlone(inMemory).filter(({ name }) => !LEFT_OUT_IN_MEMORY.test(name));
}

/** The contract, over stores that `make` makes anew for each test. */
export function contractAlone(make: () => Promise<Made>): ContractTest[] {
  const tests: ContractTest[] = [];
  const opened: Made[] = [];
  otpStoreSuite({
    async open() {
      const made = await make();
      opened.push(made);
      return made;
    },
    test(name, run) {
      if (LEFT_OUT.test(name)) return;
      const failure = async (t: TestContext) => {
        try {
          await run(t);
          return undefined;
        } catch (error) {
          return error;
        } finally {
          for (const made of opened.splice(0)) await made.close();
        }
      };
      tests.push({ name, failure });
    },
  });
  return tests;
}

/** Runs it over a right engine, and tells what `watch` notes of each test: the tests, the quickest first, by each note. */
export async function testsByNote(
  tests: readonly ContractTest[],
  t: TestContext,
  notes: Set<string>,
): Promise<ReadonlyMap<string, readonly ContractTest[]>> {
  const timed: { readonly test: ContractTest; readonly tookMs: number; readonly noted: readonly string[] }[] =
    [];
  for (const test of tests) {
    notes.clear();
    const beganAt = performance.now();
    assert.equal(await test.failure(t), undefined, test.name);
    timed.push({ test, tookMs: performance.now() - beganAt, noted: [...notes] });
  }
  const byNote = new Map<string, ContractTest[]>();
  for (const { test, noted } of timed.sort((one, other) => one.tookMs - other.tookMs)) {
    for (const note of noted) byNote.set(note, [...(byNote.get(note) ?? []), test]);
  }
  return byNote;
}

/** The name of a test that is failed. `undefined`: the store passes all. */
export async function failed(tests: readonly ContractTest[], t: TestContext): Promise<string | undefined> {
  for (const test of tests) if ((await test.failure(t)) !== undefined) return test.name;
  return undefined;
}
