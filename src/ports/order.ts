/** Lets what names the same thing run one after another, in the order in which it came. */
export class Order {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs a task once all that came before and shares a name with it have ended, however they ended. */
  async run<Result>(names: readonly string[], task: () => Promise<Result>): Promise<Result> {
    const ahead = names.flatMap((name) => this.#last.get(name) ?? []);
    const running = ahead.length === 0 ? task() : Promise.allSettled(ahead).then(task);
    for (const name of names) this.#last.set(name, running);
    try {
      return await running;
    } finally {
      for (const name of names) if (this.#last.get(name) === running) this.#last.delete(name);
    }
  }

  /** Once nothing runs any more. */
  async ended(): Promise<void> {
    while (this.#last.size > 0) await Promise.allSettled(this.#last.values());
  }
}
