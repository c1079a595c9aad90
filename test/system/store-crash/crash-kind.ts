import type { OtpStore } from '../../../src/ports/otp-store.ts';

/** A kind of store, as what kills it has to know it. */
export interface CrashKind {
  /** Where a process can be killed while its store works. */
  readonly points: readonly string[];
  /** So many writes a killed process gets through at most; of a point where more are needed, those. */
  writesMax(point: string): number;
  /** A new place for the store, which outlives whoever is killed. */
  newPlace(): Promise<CrashPlace>;
  /** Opens the store in a process that dies around its n-th write. */
  openFatally(address: string, fate: Fate): Promise<OtpStore>;
}

export interface Fate {
  readonly point: string;
  /** 0: the opening itself is the target. */
  readonly fatalWrite: number;
  /** How long after the beginning of what it is to die in. */
  readonly micros: number;
}

export interface CrashPlace {
  /** By which a process finds it. */
  readonly address: string;
  open(): Promise<OtpStore>;
  /** Waits for what somebody who was killed has left under way. */
  settled(): Promise<void>;
  /** Points at which something else is killed than the process; it is there again when this resolves. */
  readonly crash?: Readonly<Record<string, () => Promise<void>>>;
  /** How many challenges there are. */
  challenges(): Promise<number>;
  /** What is wrong with its data. */
  problems(): Promise<readonly string[]>;
  remove(): Promise<void>;
}
