import type { BridgeProcess } from './bridge-process.ts';
import type { Decisions } from './decisions.ts';
import type { Desk, Words } from './desk.ts';
import type { Desks } from './desks.ts';
import { gatherEvidence } from './evidence.ts';
import type { Happenings } from './happenings.ts';
import type { BridgeOrder, Stage, Switch } from './page-stage.ts';
import type { Phones } from './phone.ts';
import type { Pictures } from './pictures.ts';
import { entrances } from './routing.ts';
import type { DeskName, Evidence, Happening } from './state.ts';
import { describeState } from './state-of-play.ts';
import type { Story } from './story.ts';
import { type LeapName, leaps, type Time } from './time.ts';
import { leave } from './tries.ts';
import { type CallEnd, openWritten, type Written } from './written.ts';

/** What can be seen and done as long as the vendors stay the same. */
export type SceneStage = Omit<Stage, 'vendors' | 'chooseDesk'>;

/** A desk of the scene, and the name under which its vendor was chosen. */
export interface StandingDesk {
  readonly name: DeskName;
  readonly vendor: string;
  readonly desk: Desk;
}

export interface StageParts {
  /** The vendors that can be chosen. */
  readonly vendors: Desks;
  /** How many scenes there were before. */
  readonly number: number;
  readonly now: () => number;
  readonly time: Time;
  readonly phones: Phones;
  /** One, or two. */
  readonly desks: readonly StandingDesk[];
  readonly bridge: BridgeProcess;
  readonly story: Story;
  readonly pictures: Pictures;
  readonly happenings: Happenings;
  readonly decisions: Decisions;
}

/** A desk, and what its agents wrote. */
export interface WorkingDesk extends StandingDesk {
  readonly fromAgents: Written;
}

/** The parts, and what people wrote at both ends. */
export interface Scene extends StageParts {
  readonly fromVisitors: Written;
  readonly desks: readonly WorkingDesk[];
}

/** The page's view of all parts, and its hands. Close it, or the process stays. */
export function openStage(parts: StageParts): SceneStage & { close(): void } {
  const { now, phones, pictures, happenings } = parts;
  const fromVisitors = openWritten(phones, now);
  const desks = parts.desks.map((each) => ({ ...each, fromAgents: openWritten(each.desk, now) }));
  const scene: Scene = { ...parts, fromVisitors, desks };
  const find = (name: DeskName) => desks.find((each) => each.name === name);
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
    visitorEnters: (visitor, entrance) => phones.enter(visitor, entrances[entrance]),
    async visitorOpens(visitor, url) {
      const entered = await Promise.all(desks.map(({ desk }) => desk.chat?.enter(visitor, url) ?? false));
      return entered.includes(true);
    },
    visitorSaysThere(visitor, text) {
      const calls = desks.flatMap(({ desk }) => desk.chat?.say(visitor, text) ?? []);
      for (const call of calls) leave(call);
      return calls.length > 0;
    },
    agentWrites(name, visitor, words) {
      const at = find(name);
      const call = at?.desk.say(visitor, words);
      if (at === undefined || call === undefined) return false;
      // What is said in a chat of the vendor's own is that chat's.
      if (at.desk.chat) leave(call);
      else add(at.fromAgents, call, { visitor, words });
      return true;
    },
    agentDoes(name, visitor, deed) {
      const desk = find(name)?.desk;
      return (deed === 'end' ? desk?.endSession(visitor) : desk?.inviteRating(visitor)) ?? false;
    },
    async turn({ kind, desk: name }, isOn) {
      const desk = name && find(name)?.desk;
      if (kind === 'staff') desk?.staff(isOn);
      else await (kind === 'wechat' ? phones : desk)?.turn(isOn);
      happenings.note(switchHappenings[kind][isOn ? 1 : 0], name);
    },
    bridge: (order) => follow(scene, order),
    leap: (name) => leap(scene, name),
    close: watch.close,
  };
}

type HappeningKind = Happening['kind'];

const switchHappenings: Readonly<Record<Switch['kind'], readonly [HappeningKind, HappeningKind]>> = {
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
async function leap({ time, bridge, desks, happenings }: Scene, name: LeapName): Promise<void> {
  const ms = leaps[name];
  await bridge.moveClock(time.movedMs + ms);
  time.move(ms);
  happenings.note(leapHappenings[name]);
  for (const { desk } of desks) desk.catchUp();
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
function revisionOf({ phones, desks, bridge, story, happenings, decisions, fromVisitors }: Scene): string {
  const { status, starts } = bridge.state();
  return [
    status,
    starts,
    phones.isOn,
    phones.revision,
    ...desks.flatMap(({ desk, fromAgents }) => [
      desk.isOn,
      desk.isStaffed,
      desk.revision,
      fromAgents.revision,
    ]),
    story.revision(),
    fromVisitors.revision,
    happenings.count,
    decisions.count,
  ].join(' ');
}
