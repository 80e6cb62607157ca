import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conversationId } from '../../../src/model/conversation.ts';
import type { Part } from '../../../src/model/message.ts';
import { type Rule, type TimeOfWeek, weekdays } from '../../../src/model/routing.ts';
import type { Delivery, HelpdeskAdapter, VendorEvent } from '../../../src/ports/helpdesk.ts';
import { readConversation } from '../../../src/store/conversations.ts';
import { ids, ownerIn, rule, sessionEnded, sessionStarted } from './routing-scene.ts';
import { agentSays, openWorld, textOf, type World } from './world.ts';

/** Runs: more by `ROUTING_RUNS`. A failure tells its acts. */
const numRuns = Number(process.env.ROUTING_RUNS ?? 25);
const idleMs = 600_000;
const failoverAfterMs = 120_000;
const desks = ['main', 'b', 'c'] as const;
type Desk = (typeof desks)[number];

/** How a helpdesk takes forwards for now. `hangs`: it answers when it is let go. */
const moods = ['takes', 'inVain', 'unknown', 'nobody', 'steps', 'hangs'] as const;
type Mood = (typeof moods)[number];

/** The first twenty minutes of each hour, so that the time changes now and then. */
const nowAndThen: readonly TimeOfWeek[] = Array.from({ length: 24 }, (_, hour) => ({
  days: weekdays,
  from: hour * 60,
  to: hour * 60 + 20,
}));

const rules: readonly Rule[] = [
  rule({ keyword: ['now b'] }, 'b', { moves: true, routing: { group: '1' } }),
  rule({ keyword: ['now main'] }, 'main', { moves: true }),
  rule({ keyword: ['now official'] }, 'official', { moves: true }),
  rule({ sessionFrom: ['move'] }, 'c', { moves: true }),
  rule({ keyword: ['to official'] }, 'official'),
  rule({ sessionFrom: ['c'] }, 'c'),
  rule({ keyword: ['to b'] }, 'b'),
  { when: { keyword: ['urgent'] }, routing: { priority: 9 }, moves: true },
  rule({ keyword: ['hello'], time: nowAndThen }, 'main', { moves: true }),
  rule({ time: nowAndThen }, 'c'),
];

const who = fc.constantFrom('oVisitor1', 'oVisitor2');
const desk = fc.constantFrom(...desks);
const words = fc.constantFrom(
  'hello',
  'official',
  'to b',
  'to official',
  'now b',
  'now main',
  'now official',
  'urgent',
);
const waits = [1000, 30_000, failoverAfterMs, idleMs, 1_800_000];

const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('write' as const), who, text: words }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('writeAtOnce' as const),
      who,
      texts: fc.array(words, { minLength: 2, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('enter' as const),
      who,
      from: fc.constantFrom('c', 'move', 'x'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('took' as const, 'left' as const), who }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('rates' as const), who, desk }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constantFrom('started' as const, 'ended' as const, 'says' as const),
      who,
      desk,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ does: fc.constant('mood' as const), desk, mood: fc.constantFrom(...moods) }),
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(...waits) }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constantFrom('letGo' as const, 'repeat' as const, 'restart' as const) }),
  },
);
type Act = typeof act extends fc.Arbitrary<infer One> ? One : never;

/** An attempt, and what became of it: unknown until it is told. */
interface Tried {
  readonly text: string;
  readonly desk: string;
  outcome: Delivery['outcome'];
}

/** The helpdesks in their moods, and all that they were asked. */
function openDesks() {
  const mood = new Map<string, Mood>();
  const tried: Tried[] = [];
  const hanging: (() => void)[] = [];
  const letGo = () => {
    for (const go of hanging.splice(0)) go();
  };
  return {
    mood,
    tried,
    letGo,
    async forward(text: string, helpdesk: string, isBegun: boolean): Promise<Delivery> {
      const one: Tried = { text, desk: helpdesk, outcome: 'unknown' };
      tried.push(one);
      const wasIn = mood.get(helpdesk) ?? 'takes';
      if (wasIn === 'hangs') await new Promise<void>((resolve) => hanging.push(resolve));
      const delivery = answerIn(wasIn === 'hangs' ? (mood.get(helpdesk) ?? 'takes') : wasIn, isBegun);
      one.outcome = delivery.outcome;
      return delivery;
    },
  };
}

function answerIn(mood: Mood, isBegun: boolean): Delivery {
  switch (mood) {
    case 'takes':
      return { outcome: 'accepted' };
    case 'steps':
      return isBegun ? { outcome: 'accepted' } : { outcome: 'more', progress: 1 };
    case 'unknown':
      return { outcome: 'unknown', code: 'cut', afterMs: 20_000 };
    case 'nobody':
      return { outcome: 'later', code: 'nobody', because: 'nobody', afterMs: 20_000 };
    default:
      return { outcome: 'later', code: 'down', because: 'vendor', afterMs: 20_000 };
  }
}

async function live(acts: readonly Act[]) {
  const played = openDesks();
  const rating = (helpdesk: Desk): Partial<HelpdeskAdapter> => ({
    rate({ session, option }, { progress }) {
      expect(session).toBe(helpdesk); // nobody else's question
      return played.forward(option.label, helpdesk, progress !== null);
    },
  });
  const world = await openWorld({
    adapter: rating('main'),
    others: { b: rating('b'), c: rating('c') },
    routing: { rules, idleMs, failoverAfterMs },
    ownAgents: {},
  });
  world.onForward((message, { progress }, helpdesk) =>
    played.forward(textOf(message), helpdesk, progress !== null),
  );
  const written: { readonly text: string; readonly answer: string }[] = [];
  let last: { readonly text: string; readonly key: string; readonly from: string } | undefined;
  const stranded = new Set<string>();
  /** Of each visitor the last rating, and the helpdesk that asked for it: a newer question takes an older one back. */
  const ratings = new Map<string, { readonly text: string; readonly desk: Desk }>();
  let second = 0;
  const push = async (from: string, wanted: string, isExact = wanted === 'official') => {
    const text = `${written.length + second++} ${wanted === 'official' ? '' : wanted}`;
    // Only the hand-over word itself is the word, and only the label is the answer.
    const told = isExact ? wanted : text;
    last = { text: told, key: `k-${text}`, from };
    const answer = await world.push(told, { from, key: last.key, at: world.clock.now() + second * 1000 });
    written.push({ text: told, answer: answer?.kind ?? '' });
  };
  for (const one of acts) {
    switch (one.does) {
      case 'write': {
        await push(one.who, one.text);
        await expectAtOwner(world, one.who, last?.text ?? '');
        break;
      }
      case 'writeAtOnce':
        await Promise.all(one.texts.map((text) => push(one.who, text)));
        break;
      case 'rates':
        await happens(world, one.desk, one.who, asksForRating(one.desk, one.who, `grade ${second}`));
        ratings.delete(one.who);
        if (await isAsked(world, one.who, `grade ${second}`))
          ratings.set(one.who, { text: `grade ${second}`, desk: one.desk });
        await push(one.who, `grade ${second}`, true);
        break;
      case 'enter':
        await comes(world, one.who, { kind: 'event', name: 'session-enter', context: one.from }, second++);
        break;
      case 'took':
      case 'left':
        await comes(world, one.who, { kind: 'event', name: one.does }, second++, one.does);
        break;
      case 'started':
      case 'ended':
      case 'says':
        await happens(world, one.desk, one.who, eventOf(one.does, one.who));
        break;
      case 'mood':
        played.mood.set(one.desk, one.mood);
        break;
      case 'wait':
        await world.clock.advance(one.ms);
        break;
      case 'letGo':
        played.letGo();
        await world.clock.settle();
        break;
      case 'restart':
        await world.restart();
        break;
      case 'repeat':
        if (last) {
          const answer = await world.push(last.text, { from: last.from, key: last.key });
          expect(answer?.kind).toBe(written.findLast(({ text }) => text === last?.text)?.answer);
          const rows = await world.messages();
          const told = rows.filter(({ direction }) => direction === 'forward');
          expect(told.filter(({ parts }) => parts.includes(JSON.stringify(last?.text)))).toHaveLength(
            written.filter(({ text }) => text === last?.text).length,
          );
        }
        break;
      default:
        one satisfies never;
    }
    await expectOneOwner(world, stranded);
  }
  // In the end everybody answers.
  for (const each of desks) played.mood.set(each, 'takes');
  played.letGo();
  await world.clock.advance(1_200_000);
  return { world, tried: played.tried, written, stranded, ratings: [...ratings.values()] };
}

let says = 0;

/**
 * What once went wrong: the push that moved a conversation brought nothing to forward, and what it moved lay there; a rating
 * went by what the visitor had come with since the session.
 */
const examples: [Act[]][] = [
  [
    [
      { does: 'write', who: 'oVisitor2', text: 'now b' },
      { does: 'enter', who: 'oVisitor2', from: 'move' },
      { does: 'rates', who: 'oVisitor2', desk: 'b' },
    ],
  ],
  [
    [
      { does: 'mood', desk: 'b', mood: 'hangs' },
      { does: 'write', who: 'oVisitor2', text: 'now b' },
      { does: 'write', who: 'oVisitor2', text: 'hello' },
      { does: 'enter', who: 'oVisitor2', from: 'move' },
    ],
  ],
];

function eventOf(does: 'started' | 'ended' | 'says', visitor: string): VendorEvent {
  if (does === 'started') return sessionStarted({ visitor });
  return does === 'ended' ? sessionEnded({ visitor }) : agentSays(`line ${says++}`, { visitor });
}

function asksForRating(of: Desk, visitor: string, label: string): VendorEvent {
  const keys = [`asks ${label}`];
  return { kind: 'ratingAsked', keys, visitor, at: 0, session: of, options: [{ id: '1', label }] };
}

/** The question of a helpdesk that does not know the visitor yet is kept, and put when it does. */
async function isAsked({ bridge }: World, from: string, label: string): Promise<boolean> {
  const [[row]] = await bridge.store.batch([readConversation({ id: conversationOf(from) })]);
  return row?.pending?.includes(label) === true;
}

async function comes(world: World, from: string, part: Part, second: number, ownAgents?: 'took' | 'left') {
  const change = ownAgents === undefined ? {} : { opens: false, ownAgents };
  await world.pushPart(part, { from, at: world.clock.now() + second * 1000, change });
}

const conversationOf = (from: string) => conversationId('shop', from);

/** What happens at a helpdesk never makes it the owner, and changes nothing where it is not. */
async function happens(world: World, at: Desk, visitor: string, event: VendorEvent) {
  const before = await ownerIn(world, conversationOf(visitor));
  await world.callbackOf(at, event);
  const after = await ownerIn(world, conversationOf(visitor));
  expect(after.owner).toBe(before.owner);
  if (before.owner !== at) expect(after).toEqual(before);
}

/** A message belongs to whoever has the conversation once it is decided, unless that one was just found to be down. */
async function expectAtOwner(world: World, from: string, text: string) {
  const rows = await world.messages();
  const row = rows.findLast(
    ({ parts, direction }) => direction === 'forward' && parts.includes(JSON.stringify(text)),
  );
  const { owner } = await ownerIn(world, conversationOf(from));
  const isWaiting = row?.finished_at === null && row.lost === null && row.progress === null;
  const isUnderWay = row?.state === 'forwarding';
  if (owner === 'official' || (isWaiting && !isUnderWay)) expect(row?.helpdesk).toBe(`shop/${owner}`);
}

async function expectOneOwner(world: World, stranded: Set<string>) {
  const routes = await world.routes();
  for (const route of routes) expect([null, ids.main, ids.b, ids.c]).toContain(route.helpdesk);
  for (const row of await world.messages()) {
    const route = routes.find(({ conversation }) => conversation === row.conversation);
    if (row.lane !== 'forward' || row.finished_at !== null || row.helpdesk === route?.helpdesk) continue;
    if (row.parts.includes('grade')) continue; // a rating waits where it was asked for
    stranded.add(row.id);
    // Nothing that certainly has not arrived waits where its conversation is not.
    expect(row.state === 'forwarding' || row.lost !== null || row.progress !== null).toBe(true);
  }
}

/** How many messages stayed where their conversation was not any more, as the history has it. */
async function countLeft(world: World): Promise<number> {
  const events = (await world.messages()).map(({ event }) => JSON.parse(event ?? '{}'));
  return events.reduce((sum, { kind, left }) => (kind === 'moved' ? sum + left : sum), 0);
}

test('whatever happens, each message goes to the one helpdesk that has the conversation, and to one only', async () => {
  const property = fc.asyncProperty(fc.array(act, { maxLength: 30, size: 'max' }), async (acts) => {
    const { world, tried, written, stranded, ratings } = await live(acts);
    try {
      const forwarded = written.filter(({ answer }) => answer === 'success').map(({ text }) => text);
      for (const text of forwarded) {
        const arrived = tried.filter((one) => one.text === text && one.outcome === 'accepted');
        // To nobody: none. To two: none, and nothing that may have arrived is repeated elsewhere.
        expect(arrived.length, `${text} arrived`).toBeGreaterThan(0);
        const perhaps = tried.filter((one) => one.text === text && one.outcome !== 'later');
        expect(new Set(perhaps.map((one) => one.desk)).size, `${text} at ${JSON.stringify(perhaps)}`).toBe(1);
      }
      for (const { text, desk: asking } of ratings) {
        expect(new Set(tried.filter((one) => one.text === text).map((one) => one.desk))).toSatisfy(
          (at: ReadonlySet<string>) => !forwarded.includes(text) || (at.size === 1 && at.has(asking)),
          `${text} at ${asking}`,
        );
      }
      const handedOver = written.filter(({ answer }) => answer === 'transfer').map(({ text }) => text);
      expect(tried.filter(({ text }) => text !== 'official' && handedOver.includes(text))).toEqual([]);
      const open = (await world.messages()).filter(
        ({ lane, finished_at: at }) => lane === 'forward' && at === null,
      );
      expect(open).toEqual([]);
      expect(await countLeft(world)).toBeGreaterThanOrEqual(stranded.size);
    } finally {
      await world.close();
    }
  });
  await fc.assert(property, { numRuns, examples });
}, 600_000);
