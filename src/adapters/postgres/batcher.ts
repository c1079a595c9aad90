interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatcherOptions<In, Out> {
  /** Does all of them at once. Resolves to an outcome for each, in their order. */
  readonly run: (items: readonly In[]) => Promise<readonly Out[]>;
  /** Batches under way at once, ≥ 1. Items that come meanwhile go along with the next one. */
  readonly batchesMax: number;
  /** Items in a batch, ≥ 1. */
  readonly itemsMax: number;
}

/** Lets what is asked at the same time share statements: the more comes, the larger the batches. */
export class Batcher<In, Out> {
  readonly #options: BatcherOptions<In, Out>;
  #waiting: Waiting<In, Out>[] = [];
  #running = 0;
  #isPlanned = false;

  constructor(options: BatcherOptions<In, Out>) {
    this.#options = options;
  }

  /** Resolves to the outcome of this item; rejects with what its whole batch failed of. */
  add(item: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#plan();
    });
  }

  /** In the next turn, so that what comes in this one goes along. */
  #plan(): void {
    if (this.#isPlanned || this.#waiting.length === 0 || this.#running >= this.#options.batchesMax) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      void this.#runNext();
      this.#plan();
    });
  }

  async #runNext(): Promise<void> {
    const batch = this.#waiting.splice(0, this.#options.itemsMax);
    this.#running += 1;
    try {
      const outcomes = await this.#options.run(batch.map(({ item }) => item));
      // An outcome is undefined only where the item asked for something that may be.
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index] as Out);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#running -= 1;
      this.#plan();
    }
  }
}
