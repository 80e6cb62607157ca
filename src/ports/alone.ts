import { Order } from './order.ts';

/**
 * Runs something while nobody runs anything else under the same name: in this process, and in every other that shares the
 * store. Who comes waits. It may ask for another name meanwhile, never for its own.
 *
 * Rejects with what `run` rejects with; before that with `storeUnavailable` where the store cannot say who is alone, and
 * with `TooSoon` where others took too long.
 */
export type RunAlone = <Result>(name: string, run: () => Promise<Result>) => Promise<Result>;

/** For one process that shares its store with nobody. */
export function aloneInProcess(): RunAlone {
  const order = new Order();
  return (name, run) => order.run([name], run);
}
