import type { Desks } from './desks.ts';
import { type OpenScene, openScene } from './scene.ts';
import type { Stage } from './server.ts';

/** One scene after the other before the same page: another desk is another scene, with a bridge that knows nothing. */
export async function openTurningStage(options: {
  readonly desks: Desks;
  readonly vendor: string;
}): Promise<Stage & { close(): Promise<void> }> {
  const { desks } = options;
  let number = 0;
  let current = await openScene({ desks, vendor: options.vendor, number });
  let turning: Promise<void> = Promise.resolve();
  const watchers = new Set<{ readonly listener: () => void; stop: () => void }>();
  const stage = () => current.stage;

  /** The old scene stays until the new one stands, so that there is always something to look at. */
  async function turnTo(vendor: string): Promise<OpenScene> {
    number += 1;
    const former = current;
    current = await openScene({ desks, vendor, number });
    for (const watcher of watchers) {
      watcher.stop();
      watcher.stop = current.stage.onChange(watcher.listener);
      watcher.listener();
    }
    return former;
  }

  return {
    state: () => stage().state(),
    onChange(listener) {
      const watcher = { listener, stop: stage().onChange(listener) };
      watchers.add(watcher);
      return () => {
        watchers.delete(watcher);
        watcher.stop();
      };
    },
    evidence: (id) => stage().evidence(id),
    picture: (id) => stage().picture(id),
    visitorWrites: (visitor, words) => stage().visitorWrites(visitor, words),
    visitorEnters: (visitor) => stage().visitorEnters(visitor),
    agentWrites: (visitor, words) => stage().agentWrites(visitor, words),
    agentDoes: (visitor, deed) => stage().agentDoes(visitor, deed),
    turn: (name, isOn) => stage().turn(name, isOn),
    bridge: (order) => stage().bridge(order),
    leap: (name) => stage().leap(name),
    vendors: Object.keys(desks),
    async chooseDesk(vendor) {
      const turned = turning.then(() => turnTo(vendor));
      turning = turned.then((former) => former.close()).catch(() => undefined); // who chose is told
      await turned;
    },
    async close() {
      await turning;
      await current.close();
    },
  };
}
