import type { BridgeProcess } from './bridge-process.ts';
import type { Desk, Words } from './desk.ts';
import type { Desks } from './desks.ts';
import { gatherEvidence } from './evidence.ts';
import type { Happenings } from './happenings.ts';
import type { Phones } from './phone.ts';
import type { Pictures } from './pictures.ts';
import type { BridgeOrder, Stage, SwitchName } from './server.ts';
import type { Evidence, Happening } from './state.ts';
import { describeState } from './state-of-play.ts';
import type { Story } from './story.ts';
import { type LeapName, leaps, type Time } from './time.ts';
import { type CallEnd, openWritten, type Written } from './written.ts';

/** What can be seen and done as long as the vendor stays the same. */
export type SceneStage = Omit<Stage, 'vendors' | 'chooseDesk'>;

export interface StageParts {
  readonly desks: Desks;
  /** Which of them is shown. */
  readonly vendor: string;
  /** How many scenes there were before. */
  readonly number: number;
  readonly now: () => number;
  readonly time: Time;
  readonly phones: Phones;
  readonly desk: Desk;
  readonly bridge: BridgeProcess;
  readonly story: Story;
  readonly pictures: Pictures;
  readonly happenings: Happenings;
}

/** The parts, and what people wrote at both ends. */
export interface Scene extends StageParts {
  readonly fromVisitors: Written;
  readonly fromAgents: Written;
}

/** The page's view of all parts, and its hands. Close it, or the process stays. */
export function openStage(parts: StageParts): SceneStage & { close(): void } {
  const { now, phones, desk, pictures, happenings } = parts;
  const fromVisitors = openWritten(phones, now);
  const fromAgents = openWritten(desk, now);
  const scene: Scene = { ...parts, fromVisitors, fromAgents };
  const watch = openWatch(() => revisionOf(scene));
  const add = (written: Written, call: Promise<CallEnd>, said: { visitor: string; words: Words }) => {
    const { visitor, words } = said;
    const look = 'text' in words ? { text: words.text } : { picture: pictures.add(words.picture) };
    written.add({ visitor, ...look }, call);
  };
  return {
    state: () => describeState(scene),
    onChange: watch.onChange,
    evidence: (id) => findEvidence(scene, id),
    picture: pictures.get,
    visitorWrites: (visitor, words) => add(fromVisitors, phones.write(visitor, words), { visitor, words }),
    visitorEnters: phones.enter,
    agentWrites(visitor, words) {
      const call = desk.say(visitor, words);
      if (call !== undefined) add(fromAgents, call, { visitor, words });
      return call !== undefined;
    },
    agentDoes: (visitor, deed) => (deed === 'end' ? desk.endSession(visitor) : desk.inviteRating(visitor)),
    async turn(name, isOn) {
      if (name === 'staff') desk.staff(isOn);
      else await (name === 'wechat' ? phones : desk).turn(isOn);
      happenings.note(switchHappenings[name][isOn ? 1 : 0]);
    },
    bridge: (order) => follow(scene, order),
    leap: (name) => leap(scene, name),
    close: watch.close,
  };
}

const switchHappenings: Readonly<Record<SwitchName, readonly [Happening['kind'], Happening['kind']]>> = {
  wechat: ['wechatOff', 'wechatOn'],
  desk: ['deskOff', 'deskOn'],
  staff: ['agentsLeft', 'agentsBack'],
};

async function follow({ bridge, happenings }: Scene, order: BridgeOrder): Promise<void> {
  switch (order) {
    case 'kill':
      await bridge.kill();
      return happenings.note('bridgeKilled');
    case 'start':
      await bridge.start();
      if (bridge.state().status === 'running') happenings.note('bridgeStarted');
      return;
    default:
      return order satisfies never;
  }
}

/** The bridge goes first: what the vendors then call it with is not from times to come. */
async function leap({ time, bridge, desk, happenings }: Scene, name: LeapName): Promise<void> {
  const ms = leaps[name];
  await bridge.moveClock(time.movedMs + ms);
  time.move(ms);
  happenings.note(leapHappenings[name]);
  desk.catchUp();
}

const leapHappenings: Readonly<Record<LeapName, Happening['kind']>> = {
  minute: 'leaptMinute',
  hour: 'leaptHour',
  twoDays: 'leaptTwoDays',
};

/** Empty for what is still outside the bridge. */
function findEvidence(scene: Scene, id: string): Evidence {
  const row = scene.story.row(id);
  if (row === undefined) return { id, calls: [] };
  return gatherEvidence({ row, raw: scene.story.rawBody(row), attempts: scene.story.attempts(row) }, scene);
}

/** Everything the page shows is somebody else's record: it is looked at so often. */
const lookAgainMs = 80;
/** A countdown and an answer that is late move without anything being written. */
const showAgainMs = 1000;

function openWatch(revision: () => string): Pick<Stage, 'onChange'> & { close(): void } {
  const listeners = new Set<() => void>();
  let shown = '';
  let shownAt = 0;
  const timer = setInterval(() => {
    if (listeners.size === 0) return;
    const current = revision();
    if (current === shown && performance.now() - shownAt < showAgainMs) return;
    shown = current;
    shownAt = performance.now();
    for (const listener of listeners) listener();
  }, lookAgainMs);
  return {
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => clearInterval(timer),
  };
}

/** Another text whenever there may be something new to show. */
function revisionOf({ phones, desk, bridge, story, happenings, ...written }: Scene): string {
  const { status, starts } = bridge.state();
  return [
    status,
    starts,
    phones.isOn,
    desk.isOn,
    desk.isStaffed,
    phones.revision,
    desk.revision,
    story.revision(),
    written.fromVisitors.revision,
    written.fromAgents.revision,
    happenings.count,
  ].join(' ');
}
