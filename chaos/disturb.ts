import { setTimeout as pause } from 'node:timers/promises';
import type { Instance } from './cluster-scene.ts';
import type { Disturbance } from './judge.ts';
import { preciseNow } from './load.ts';
import type { Random } from './random.ts';

/**
 * `kill`: SIGKILL and a new start. `pause`: SIGSTOP for longer than the lease. `stop`: SIGTERM and a new start. `cut`: its
 * connections to the database break off, and none is let in for a while. `stall`: they say nothing for a while, then break.
 */
export type Kind = 'kill' | 'pause' | 'stop' | 'cut' | 'stall';

export const kinds: readonly [Kind, ...Kind[]] = ['kill', 'pause', 'stop', 'cut', 'stall'];

/** What was done to an instance; it lasts until the instance is as it was before. */
export interface Deed extends Disturbance {
  readonly kind: Kind;
  readonly instance: string;
}

/** Does it to an instance; resolves when the instance is up again. */
export async function disturb(
  instance: Instance,
  kind: Kind,
  { random, leaseMs }: { readonly random: Random; readonly leaseMs: number },
): Promise<Deed> {
  const from = preciseNow();
  await acts[kind](instance, (least, most) => random.between(least * leaseMs, most * leaseMs));
  return { kind, instance: instance.name, from, until: preciseNow() };
}

/** A time between two multiples of the lease. */
type Draw = (least: number, most: number) => number;

const acts: Readonly<Record<Kind, (instance: Instance, draw: Draw) => Promise<void>>> = {
  async kill(instance, draw) {
    await instance.kill();
    await pause(draw(0, 1));
    await instance.start();
  },
  async pause(instance, draw) {
    instance.signal('SIGSTOP');
    await pause(draw(1.1, 2));
    instance.signal('SIGCONT');
  },
  async stop(instance, draw) {
    await instance.stop();
    await pause(draw(0, 0.5));
    await instance.start();
  },
  async cut(instance, draw) {
    await instance.line.cut();
    await pause(draw(0.05, 1.5));
    await instance.line.mend();
  },
  async stall(instance, draw) {
    instance.line.stall();
    await pause(draw(0.2, 1.5));
    await instance.line.cut();
    await instance.line.mend();
  },
};
