import type { Stage } from './page-stage.ts';
import { type OpenScene, openScene, type SceneOptions } from './scene.ts';
import type { DeskName } from './state.ts';

/** Which vendors a scene shows: the second is left out where one stands alone. */
type Choice = Pick<SceneOptions, 'vendor' | 'second'>;

/** One scene after the other before the same page: another desk is another scene, with a bridge that knows nothing. */
export async function openTurningStage({
  desks,
  ...first
}: Choice & Pick<SceneOptions, 'desks'>): Promise<Stage & { close(): Promise<void> }> {
  let number = 0;
  let chosen: Choice = first;
  let current = await openScene({ desks, ...chosen, number });
  let turning: Promise<void> = Promise.resolve();
  const watchers = new Set<{ readonly listener: () => void; stop: () => void }>();
  const stage = () => current.stage;

  /** The old scene stays until the new one stands, so that there is always something to look at. */
  async function turnTo(choice: Choice): Promise<OpenScene> {
    number += 1;
    const former = current;
    current = await openScene({ desks, ...choice, number });
    chosen = choice;
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
    visitorEnters: (visitor, entrance) => stage().visitorEnters(visitor, entrance),
    visitorOpens: (visitor, url) => stage().visitorOpens(visitor, url),
    visitorSaysThere: (visitor, text) => stage().visitorSaysThere(visitor, text),
    agentWrites: (desk, visitor, words) => stage().agentWrites(desk, visitor, words),
    agentDoes: (desk, visitor, deed) => stage().agentDoes(desk, visitor, deed),
    turn: (name, isOn) => stage().turn(name, isOn),
    bridge: (order) => stage().bridge(order),
    leap: (name) => stage().leap(name),
    vendors: Object.keys(desks),
    async chooseDesk(desk, vendor) {
      const turned = turning.then(() => turnTo(choose(chosen, desk, vendor)));
      turning = turned.then((former) => former.close()).catch(() => undefined); // who chose is told
      await turned;
    },
    async close() {
      await turning;
      await current.close();
    },
  };
}

/** Who takes the other desk's vendor changes places with it. `undefined`: the second stands there no longer. */
function choose({ vendor, second }: Choice, desk: DeskName, taken: string | undefined): Choice {
  if (desk === 'desk') return withSecond(taken ?? vendor, taken === second ? vendor : second);
  return taken === vendor ? withSecond(second ?? vendor, second && vendor) : withSecond(vendor, taken);
}

function withSecond(vendor: string, second: string | undefined): Choice {
  return second === undefined ? { vendor } : { vendor, second };
}
