import type { Clock } from '../ports/clock.ts';

/** What others may change is read again when it is asked for and older than this. */
const freshMs = 500;

/** Something that is read at most so often, once however many ask; a reading that fails is begun anew by the next. */
export class Recent {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #read: () => Promise<void>;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(clock: Pick<Clock, 'monotonic'>, read: () => Promise<void>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** Resolves once it is known as it was not long ago. */
  refresh(): Promise<void> {
    const startedAt = this.#clock.monotonic();
    if (startedAt - this.#readAt < freshMs) return Promise.resolve();
    this.#reading ??= this.#read()
      .then(() => {
        this.#readAt = startedAt;
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }
}
