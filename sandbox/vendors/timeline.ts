/**
 * What happened, in order: the last `keep` entries. `next` hands every entry out once, so that a test that begins to
 * wait late misses nothing; entries that are no longer kept can only be met by a wait that began before them.
 */
export class Timeline<Entry extends object> {
  readonly #name: string;
  readonly #keep: number;
  readonly #taken = new WeakSet<object>();
  readonly #waiting = new Set<Waiting<Entry>>();
  #entries: Entry[] = [];
  #count = 0;

  constructor(name: string, keep: number) {
    this.#name = name;
    this.#keep = keep;
  }

  /** How many there were ever, kept or not. */
  get count(): number {
    return this.#count;
  }

  /** The kept entries, oldest first. */
  get all(): readonly Entry[] {
    return this.#keep === 0 ? [] : this.#entries.slice(-this.#keep);
  }

  add(entry: Entry): void {
    this.#count += 1;
    if (this.#keep > 0) this.#entries.push(entry);
    // Cut in halves: shifting at every entry would cost a long bench its speed.
    if (this.#entries.length > 2 * this.#keep) this.#entries = this.#entries.slice(-this.#keep);
    for (const waiting of this.#waiting) {
      if (!waiting.matches(entry)) continue;
      this.#taken.add(entry);
      waiting.resolve(entry);
      return;
    }
  }

  /** The oldest entry that matches and was not handed out before; waits for one at most `timeoutMs`, then rejects. */
  next(matches: (entry: Entry) => boolean = () => true, timeoutMs = 10_000): Promise<Entry> {
    const found = this.all.find((entry) => !this.#taken.has(entry) && matches(entry));
    if (found !== undefined) {
      this.#taken.add(found);
      return Promise.resolve(found);
    }
    return this.#wait(matches, timeoutMs);
  }

  /** Forgets what was kept; the count goes on. */
  clear(): void {
    this.#entries = [];
  }

  /** Whoever still waits is told that nothing comes any more. */
  close(): void {
    for (const waiting of this.#waiting) waiting.reject(new Error(`closed while waiting for ${this.#name}`));
  }

  #wait(matches: (entry: Entry) => boolean, timeoutMs: number): Promise<Entry> {
    const { promise, resolve, reject } = Promise.withResolvers<Entry>();
    const waiting = { matches, resolve, reject };
    const timer = setTimeout(() => {
      reject(
        new Error(
          `expected ${this.#name} within ${timeoutMs} ms, got none that matches (${this.#count} so far)`,
        ),
      );
    }, timeoutMs);
    this.#waiting.add(waiting);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    });
  }
}

interface Waiting<Entry> {
  readonly matches: (entry: Entry) => boolean;
  readonly resolve: (entry: Entry) => void;
  readonly reject: (error: Error) => void;
}
