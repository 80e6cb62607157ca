import type { Seen } from './desk.ts';
import { type ArrivedMark, addLedgers, reckon, takeApart, type WrittenMark } from './ledger.ts';
import type { Pictures } from './pictures.ts';
import { failoverAfterSec, ruleStates } from './routing.ts';
import type { Scene, WorkingDesk } from './stage.ts';
import type { AtDesk, Bubble, Direction, Journey, Ledger, SandboxState, VisitorState } from './state.ts';
import { visitors } from './visitors.ts';
import type { WrittenEntry } from './written.ts';

/** Everything the page shows, from what the parts have recorded. Pure but for what it reads of them. */
export function describeState(scene: Scene): SandboxState {
  const { phones, desks, bridge } = scene;
  const held = scene.story.held();
  const expired = scene.story.expired();
  const owners = desks.length > 1 ? scene.story.owners(scene.now()) : new Map();
  const ends = visitors.map(({ id }) => reckonBoth(id, { ...scene, expired }));
  return {
    now: scene.now(),
    scene: scene.number,
    movedMs: scene.time.movedMs,
    bridge: bridge.state(),
    wechat: { isOn: phones.isOn, kind: 'miniprogram' },
    desks: desks.map(({ name, vendor, desk: { isOn, isStaffed, chat } }) => ({
      name,
      vendor,
      isOn,
      isStaffed,
      leadsAway: chat !== undefined,
    })),
    ...(desks.length > 1 && { routing: { rules: ruleStates, failoverAfterSec } }),
    decisions: desks.length > 1 ? scene.decisions.all() : [],
    vendors: Object.entries(scene.vendors).map(([vendor, { zh, en, sign }]) => ({ vendor, zh, en, sign })),
    visitors: visitors.map((visitor) => describeVisitor(visitor, { ...scene, held, expired, owners })),
    journeys: [...scene.story.journeys(), ...atTheDoor(scene)],
    happenings: scene.happenings.all(),
    ledger: {
      forward: addLedgers(ends.map(({ forward }) => forward)),
      reply: addLedgers(ends.map(({ reply }) => reply)),
    },
  };
}

interface Expired {
  /** Ids of replies that will not be sent any more. */
  readonly expired: ReturnType<Scene['story']['expired']>;
}

function reckonBoth(
  visitor: string,
  { phones, desks, fromVisitors, pictures, expired }: Scene & Expired,
): { readonly forward: Ledger; readonly reply: Ledger } {
  const asked = fromVisitors.of(visitor).map(markOf);
  const answered = inOrder(desks.flatMap(({ fromAgents }) => fromAgents.of(visitor))).map((entry) => ({
    ...markOf(entry),
    isExpired: expired.has(entry.vendorId ?? ''),
  }));
  const atDesk = inOrder(desks.flatMap(({ desk }) => desk.seen(visitor)))
    .filter(({ from }) => from !== 'agent')
    .flatMap((seen) => arrivedOf(seen, pictures));
  const onPhone = phones.seen(visitor).flatMap((seen) => arrivedOf(seen, pictures));
  return {
    forward: reckon(asked, atDesk),
    reply: reckon(
      answered,
      onPhone.flatMap((seen) => takeApart(seen, answered)),
    ),
  };
}

function describeVisitor(
  { id, name }: (typeof visitors)[number],
  scene: Waiting & { readonly owners: ReturnType<Scene['story']['owners']> },
): VisitorState {
  const { phones, desks, fromVisitors, pictures, owners } = scene;
  const own = fromVisitors.of(id);
  const owner = owners.get(id);
  const there = desks.flatMap(({ desk }) => desk.chat?.seen(id) ?? []);
  const isThere = desks.some(({ desk }) => desk.chat?.seen(id) !== undefined);
  return {
    id,
    name,
    allowance: phones.allowance(id),
    phone: inOrder([
      ...own.map((entry) => writtenBubble(entry, 'visitor')),
      ...own.flatMap(noticeOf),
      ...phones.seen(id).map((seen, index) => seenBubble(seen, index, pictures)),
    ]),
    desks: Object.fromEntries(desks.map((each) => [each.name, describeDesk(id, each, scene)])),
    ...(isThere && { there: there.map((seen, index) => thereBubble(seen, index, pictures)) }),
    ...(owner && { owner }),
  };
}

/** What the bridge has of agents and may not send, or not any more. */
interface Waiting extends Scene, Expired {
  readonly held: ReturnType<Scene['story']['held']>;
}

function describeDesk(
  visitor: string,
  { desk, fromAgents }: WorkingDesk,
  { pictures, held, expired }: Waiting,
): AtDesk {
  const written = fromAgents.of(visitor).map((entry) => {
    const because = held.get(entry.vendorId ?? '');
    return {
      ...writtenBubble(entry, 'agent'),
      ...(because !== undefined && { held: because }),
      ...(expired.has(entry.vendorId ?? '') && { isExpired: true }),
    };
  });
  const seen = desk.seen(visitor).map((each, index) => seenBubble(each, index, pictures));
  return { session: desk.session(visitor), bubbles: inOrder([...written, ...seen]) };
}

function writtenBubble({ id, at, text, picture, call }: WrittenEntry, from: Bubble['from']): Bubble {
  return {
    id,
    at,
    from,
    call,
    ...(text !== undefined && { text }),
    ...(picture !== undefined && { picture }),
  };
}

/** WeChat tells the visitor when nobody took the message. */
function noticeOf({ id, at, call }: WrittenEntry): readonly Bubble[] {
  return call.state === 'lost' ? [{ id: `${id} lost`, at, from: 'notice', notice: 'broken' }] : [];
}

function seenBubble(seen: Seen, index: number, pictures: Pictures): Bubble {
  const { at } = seen;
  const id = `seen ${index}`;
  if (seen.from === 'deed') return { id, at, from: 'notice', notice: seen.deed, text: seen.text };
  if (seen.from === 'bridge') return { id, at, from: 'notice', notice: 'noted', text: seen.text };
  const { words } = seen;
  return { id, at, from: seen.from, ...lookOf(words, pictures) };
}

/** To the visitor, what the bridge says in the vendor's chat is said by the shop. */
function thereBubble(seen: Seen, index: number, pictures: Pictures): Bubble {
  const { at } = seen;
  const said = seen.from === 'bridge' ? ({ at, from: 'agent', words: { text: seen.text } } as const) : seen;
  return seenBubble(said, index, pictures);
}

function lookOf(
  words: Extract<Seen, { words: unknown }>['words'],
  pictures: Pictures,
): Pick<Bubble, 'text' | 'picture' | 'card'> {
  if ('text' in words) return { text: words.text };
  return 'card' in words ? { card: words.card } : { picture: pictures.add(words.picture) };
}

function inOrder<Dated extends { readonly at: number }>(dated: readonly Dated[]): readonly Dated[] {
  return dated.toSorted((one, other) => one.at - other.at);
}

/** A call that is quicker than this is not worth showing as waiting. */
const quickMs = 400;

/** What the bridge does not have yet, or never got. */
function atTheDoor({ fromVisitors, desks, now }: Scene): readonly Journey[] {
  const waits = ({ at, call }: WrittenEntry) =>
    call.state === 'lost' || (call.state === 'calling' && now() - at > quickMs);
  return [
    ...fromVisitors
      .all()
      .filter(waits)
      .map((entry) => doorJourney(entry, 'forward')),
    ...desks.flatMap(({ name, fromAgents }) =>
      fromAgents
        .all()
        .filter(waits)
        .map((entry) => ({ ...doorJourney(entry, 'reply'), desk: name })),
    ),
  ];
}

function doorJourney({ id, visitor, at, text, call }: WrittenEntry, direction: Direction): Journey {
  return {
    id,
    visitor,
    direction,
    from: direction === 'forward' ? 'visitor' : 'agent',
    kind: text === undefined ? 'image' : 'text',
    text: text ?? '',
    state: call.state,
    isOpen: call.state === 'calling',
    isAutomatic: false,
    attempts: 0,
    failures: Math.max(0, call.tries - 1),
    stations: { writtenAt: at },
  };
}

function markOf({ at, text, picture, takenAt, call }: WrittenEntry): WrittenMark {
  return {
    at,
    look: text ?? picture ?? '',
    isLost: call.state === 'lost',
    ...(takenAt !== undefined && { takenAt }),
  };
}

/** What the bridge says itself nobody wrote, but what it tells of others. */
function arrivedOf(seen: Seen, pictures: Pictures): readonly ArrivedMark[] {
  const { at } = seen;
  if (seen.from === 'bridge') return (seen.tells ?? []).map((text) => ({ at, looks: [text], isDeed: false }));
  if (seen.from === 'deed') return [{ at, looks: seen.writtenAs, isDeed: true }];
  const { words } = seen;
  const { text, picture, card } = lookOf(words, pictures);
  return [{ at, looks: [text ?? picture ?? card?.title ?? ''], isDeed: false }];
}
