import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conversationId } from '../../../src/model/conversation.ts';
import type { Message, Part } from '../../../src/model/message.ts';
import type { NoticeTexts } from '../../../src/model/notices.ts';
import { numberOptions } from '../../../src/model/options.ts';
import type {
  Channel,
  Knocker,
  KnockItem,
  KnockNews,
  PushAnswer,
  PushReading,
  SendAttempt,
  SendOutcome,
  SendRules,
} from '../../../src/ports/channel.ts';
import { BridgeError } from '../../../src/ports/errors.ts';
import type { Attempt, Delivery, HelpdeskAdapter, VendorEvent } from '../../../src/ports/helpdesk.ts';
import type { Log } from '../../../src/ports/log.ts';
import { type Pace, unpaced } from '../../../src/ports/pace.ts';
import type { RawRequest } from '../../../src/ports/request.ts';
import type { Step, Store } from '../../../src/ports/store.ts';
import type { Bridge, Helpdesk, Tenant, TenantProfile } from '../../../src/relay/bridge.ts';
import type { TenantRouting } from '../../../src/relay/decide-stay.ts';
import { createLanes } from '../../../src/relay/lanes.ts';
import { createLookups } from '../../../src/relay/look-up.ts';
import { recover } from '../../../src/relay/restart.ts';
import { runTurn } from '../../../src/relay/run-turn.ts';
import type { Policy } from '../../../src/relay/settle.ts';
import { sweep } from '../../../src/relay/sweep.ts';
import { takeCallback } from '../../../src/relay/take-callback.ts';
import { takePush } from '../../../src/relay/take-push.ts';
import { takeUpWaiting } from '../../../src/relay/take-up-waiting.ts';
import { queries, statement } from '../../../src/store/statement.ts';
import type {
  LaneTable,
  MemoryTable,
  MessageTable,
  PullTable,
  RouteTable,
  WakeTable,
} from '../../../src/store/tables.ts';
import { createTestClock, type TestClock } from '../../clock.ts';
import { forgetTestStore, openTestStore } from '../../store/test-store.ts';

export const start = 1_700_000_000_000;
export const visitor = 'oVisitor1';

const allMessages = statement<Record<string, never>, MessageTable>('test.messages', () =>
  queries.selectFrom('message').selectAll().orderBy('conversation').orderBy('seq').orderBy('id'),
);
const allWakes = statement<Record<string, never>, WakeTable>('test.wakes', () =>
  queries.selectFrom('wake').selectAll().orderBy('due'),
);
const allPulls = statement<Record<string, never>, PullTable>('test.pulls', () =>
  queries.selectFrom('pull').selectAll().orderBy('topic'),
);

const allMemories = statement<Record<string, never>, MemoryTable>('test.memories', () =>
  queries.selectFrom('memory').selectAll().orderBy('helpdesk').orderBy('conversation'),
);
const allRoutes = statement<Record<string, never>, RouteTable>('test.routes', () =>
  queries.selectFrom('route').selectAll().orderBy('conversation'),
);
const allLanes = statement<Record<string, never>, LaneTable>('test.lanes', () =>
  queries.selectFrom('lane').selectAll().orderBy('id'),
);

/** `helpdesk` is its name. */
type Forward = (message: Message, attempt: Attempt, helpdesk: string) => Delivery | Promise<Delivery>;
type Send = (reply: Message, attempt: SendAttempt) => SendOutcome | Promise<SendOutcome>;

export interface WorldOptions {
  /** Capabilities of the made-up helpdesk. */
  readonly adapter?: Partial<HelpdeskAdapter>;
  readonly policy?: Partial<Policy>;
  readonly sendPolicy?: Partial<Policy>;
  readonly notices?: NoticeTexts;
  readonly handoverWords?: readonly string[];
  readonly onUnconfirmed?: Helpdesk['onUnconfirmed'];
  /** How agents are shown what is known of a visitor. Default: not at all. */
  readonly contextCard?: Helpdesk['contextCard'];
  /** How the merchant tells of his customers. Default: nothing is proved, nobody is asked. */
  readonly profile?: Partial<TenantProfile>;
  /** Names of tenants; each has one helpdesk, `main`. Default: shop. */
  readonly tenants?: readonly string[];
  readonly start?: number;
  /** Sends that a message of the visitor grants. Default: more than any test needs. */
  readonly grants?: number;
  /** The channel's own agents: beside the made-up helpdesk, or alone. */
  readonly ownAgents?: {
    readonly adapter?: Partial<HelpdeskAdapter>;
    readonly words?: readonly string[];
    readonly isAlone?: boolean;
  };
  /** More helpdesks behind `main`, by their names, with what each does in another way than `adapter`. */
  readonly others?: Readonly<Record<string, Partial<HelpdeskAdapter>>>;
  /** How conversations are shared out; helpdesks by their ids. Default: `main` has them. */
  readonly routing?: Partial<TenantRouting>;
  /** How sends are spent. Default: nothing waits for company, nothing is kept for people. */
  readonly rules?: Partial<SendRules>;
  /** What the made-up channel does in another way. */
  readonly channel?: Partial<Channel>;
  readonly media?: Partial<Bridge['media']>;
  /** The pace of each account. Default: none. */
  readonly openPace?: (lent: Pick<Bridge, 'store' | 'clock' | 'log'>) => Pace;
  /** Knocks at visitors who cannot be written to. Default: the channel cannot. */
  readonly knocker?: Knocker;
  /** The store of a new life of the bridge. Default: the engine on a file of its own. */
  readonly openStore?: () => Store;
}

/** The relay between a made-up channel and a made-up helpdesk, on the real store, with a clock that is moved by hand. */
export async function openWorld(options: WorldOptions = {}) {
  const folder = options.openStore ? '' : mkdtempSync(join(tmpdir(), 'kefu-relay-'));
  const clock = createTestClock(options.start ?? start);
  let life = await live(folder, clock, options);

  const push = async (text: string, { from = visitor, at = clock.now(), key = '', tenant = 'shop' } = {}) => {
    const answer = await life.push({ kind: 'text', text }, { from, at, key, tenant });
    await clock.settle();
    return answer;
  };
  return {
    clock,
    get told() {
      return life.told;
    },
    get bridge() {
      return life.bridge;
    },
    /** What the helpdesk says to a message; default: accepted. */
    onForward(forward: Forward) {
      life.forward = forward;
    },
    /** What WeChat says to a send; default: accepted. */
    onSend(send: Send) {
      life.send = send;
    },
    push,
    /** The store cannot take the next settlement: its batch is undone, and the turn ends. */
    failNextSettlement() {
      life.failing.settlements = 1;
    },
    /** `change`: what the push says beside its part. */
    async pushPart(
      part: Part,
      { from = visitor, key = '', at = clock.now(), change = {} as PushChange } = {},
    ) {
      const answer = await life.push(part, { from, at, key, tenant: 'shop', change });
      await clock.settle();
      return answer;
    },
    /** The platform tells of knocks at the visitor. */
    async tellKnocks(items: readonly KnockItem[], { from = visitor, key = '' } = {}) {
      await life.tellPlatform({ visitor: from, items }, key);
      await clock.settle();
    },
    async callback(...events: readonly VendorEvent[]) {
      await life.callback({ kind: 'events', answer: ok, events }, 'shop');
      await clock.settle();
    },
    /** The same from another helpdesk than `main`, by its name. */
    async callbackOf(helpdesk: string, ...events: readonly VendorEvent[]) {
      await life.callback({ kind: 'events', answer: ok, events }, 'shop', helpdesk);
      await clock.settle();
    },
    /** As it is taken, in the middle of whatever is under way. */
    takePush: (reading: Omit<VisitorPush, 'kind' | 'context'>) => life.takePush(reading, 'shop'),
    takeCallback: (...events: readonly VendorEvent[]) =>
      life.callback({ kind: 'events', answer: ok, events }, 'shop'),
    /** Events of a callback that is to be looked at with the helpdesk's memory. */
    async callbackThatWakes(name: string, ...events: readonly VendorEvent[]) {
      await life.callback({ kind: 'events', answer: ok, events, wakes: [{ name, afterMs: 0 }] }, 'shop');
      await clock.advance(0);
    },
    async bell(bell: { topic: string; visitor?: string; note?: string }) {
      await life.callback({ kind: 'bell', answer: ok, ...bell }, 'shop');
      await clock.settle();
    },
    messages: () => life.read(allMessages({})),
    wakes: () => life.read(allWakes({})),
    pulls: () => life.read(allPulls({})),
    memories: () => life.read(allMemories({})),
    routes: () => life.read(allRoutes({})),
    laneNames: async () => (await life.read(allLanes({}))).map(({ id }) => id),
    /** The bridge stops, and its patience with what is under way is over. */
    stop: () => life.stopping.abort(),
    /** The process dies where it is and starts again on the same store. `change` is what the new configuration says otherwise. */
    async restart(change: WorldOptions = {}) {
      const { forward, send, told } = life;
      await life.die();
      life = await live(folder, clock, { ...options, ...change });
      Object.assign(life, { forward, send });
      life.told.forwards.push(...told.forwards);
      life.told.desks.push(...told.desks);
      life.told.sends.push(...told.sends);
      await life.begin();
      await clock.settle();
    },
    async begin() {
      await life.begin();
      await clock.settle();
    },
    async close() {
      await life.die();
      if (folder === '') return;
      await forgetTestStore(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

const ok = { status: 200, body: '' };
const request: RawRequest = {
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.from('raw'),
};

/** What reached the outside, in order. */
interface Told {
  readonly forwards: Message[];
  readonly attempts: Attempt[];
  /** The name of the helpdesk that each forward went to. */
  readonly desks: string[];
  readonly sends: Message[];
  readonly lines: string[];
}

async function live(folder: string, clock: TestClock, options: WorldOptions) {
  const failing = { settlements: 0 };
  const opened = options.openStore?.() ?? (await openTestStore(folder));
  const store = failSettlements(clock.watchStore(opened), failing);
  const told: Told = { forwards: [], attempts: [], desks: [], sends: [], lines: [] };
  const stopping = new AbortController();
  const log = recordLog(told.lines);
  const self = {
    told,
    failing,
    stopping,
    forward: (() => ({ outcome: 'accepted' })) as Forward,
    send: (() => ({ outcome: 'accepted' })) as Send,
  };
  const adapterOf = (name: string): HelpdeskAdapter => ({
    accepts: new Set(['text', 'image', 'choice']),
    async forward(message, attempt) {
      told.forwards.push(message);
      told.attempts.push(attempt);
      told.desks.push(name);
      return self.forward(message, attempt, name);
    },
    visitorIds: ({ visitor: id }) => [id],
    fold: (memory, event) => [...(Array.isArray(memory) ? memory : []), event.kind],
    ...options.adapter,
    ...options.others?.[name],
  });
  const channel: Channel = {
    appid: 'wx1',
    kind: 'made-up',
    rules: {
      joinWaitMs: [0],
      joinWaitMaxMs: 30_000,
      reserveForHuman: 0,
      textMaxBytes: 2048,
      holdTtlMs: 172_800_000,
      ...options.rules,
    },
    textOf: ({ parts }) =>
      parts.every(({ kind }) => kind === 'text' || kind === 'menu') ? wordsOf(parts) : undefined,
    readPush: () => ({ kind: 'refused', status: 403, step: 'never asked' }),
    answerPush: () => ({ type: 'text/plain', body: 'success' }),
    async send(reply, attempt) {
      told.sends.push(reply);
      return self.send(reply, attempt);
    },
    ...(options.knocker && { knocker: options.knocker }),
    fetchMedia: async () => ({ kind: 'gone', code: 'none' }),
    call: async () => null,
    check: async () => [],
    ...options.channel,
  };
  const pace = options.openPace?.({ store, clock, log }) ?? unpaced;
  const tenants = new Map(
    (options.tenants ?? ['shop']).map((name) => [
      name,
      tenantOf(name, { adapterOf, channel, pace, options }),
    ]),
  );
  const lanes = createLanes({
    clock,
    log,
    runTurn: (lane) => runTurn(bridge, lane),
    sweep: (now) => sweep(store, now),
  });
  const bridge: Bridge = {
    store,
    clock,
    log,
    random: () => 0.5,
    lanes,
    tenants,
    stopping: stopping.signal,
    media: {
      wake: () => {},
      read: async () => undefined,
      urlOf: async () => undefined,
      keepText: async () => undefined,
      ...options.media,
    },
    lookups: createLookups(),
  };
  return Object.assign(self, {
    bridge,
    async push(
      part: Part,
      from: { from: string; at: number; key: string; tenant: string; change?: PushChange },
    ): Promise<PushAnswer | undefined> {
      const reading = { ...readingOf(part, { ...from, sends: options.grants ?? 1000 }), ...from.change };
      const tenant = tenants.get(from.tenant);
      return tenant && takePush(bridge, tenant, { reading, request });
    },
    async tellPlatform(knocks: KnockNews, key: string): Promise<void> {
      const tenant = tenants.get('shop');
      const { context, ...push } = readingOf(
        { kind: 'text', text: '' },
        { from: 'x', at: clock.now(), key, sends: 0 },
      );
      const event = { kind: 'event', name: 'subscription' } as const;
      const reading = {
        kind: 'platform',
        key: push.key,
        event,
        writtenAt: clock.now(),
        context,
        knocks,
      } as const;
      if (tenant) await takePush(bridge, tenant, { reading, request });
    },
    async takePush(reading: Omit<VisitorPush, 'kind' | 'context'>, name: string): Promise<void> {
      const tenant = tenants.get(name);
      const whole: VisitorPush = { kind: 'visitor', context: contextOf(reading.visitor), ...reading };
      if (tenant) await takePush(bridge, tenant, { reading: whole, request });
    },
    async callback(
      reading: Parameters<typeof takeCallback>[1]['reading'],
      name: string,
      desk = 'main',
    ): Promise<void> {
      const tenant = tenants.get(name);
      const helpdesk = tenant?.helpdesks.get(`${name}/${desk}`);
      if (tenant && helpdesk) await takeCallback(bridge, { tenant, helpdesk, reading, request });
    },
    async read<Row>(step: { readonly statement: { readonly row?: Row } }): Promise<readonly Row[]> {
      const [rows] = await store.batch([step as never]);
      return rows as readonly Row[];
    },
    async begin() {
      void takeUpWaiting(bridge, await recover(bridge));
      await clock.advance(0);
    },
    /** Turns under way never come back: their outcome is lost with the process. */
    async die() {
      stopping.abort();
      await store.close();
      void lanes.stop();
    },
  });
}

function failSettlements(store: Store, failing: { settlements: number }): Store {
  const batch = (steps: readonly Step[]) => {
    const isSettlement = steps.some(({ statement: { id } }) => id === 'turn.settle');
    if (!isSettlement || failing.settlements === 0) return store.batch(steps);
    failing.settlements -= 1;
    return Promise.reject(new BridgeError('storeUnavailable', 'the disk is full'));
  };
  return { batch: batch as Store['batch'], close: () => store.close() };
}

type PushChange = Partial<Extract<PushReading, { kind: 'visitor' }>>;

let pushes = 0;

type VisitorPush = Extract<PushReading, { kind: 'visitor' }>;

function readingOf(
  part: Part,
  { from, at, key, sends }: { from: string; at: number; key: string; sends: number },
): VisitorPush {
  pushes += 1;
  return {
    kind: 'visitor',
    key: key === '' ? `push-${pushes}` : key,
    visitor: from,
    writtenAt: at,
    parts: [part],
    context: contextOf(from),
    grant: { act: 'message', sends, endsAt: at + 172_740_000 },
    opens: true,
  };
}

function contextOf(visitorId: string): VisitorPush['context'] {
  return { visitor: visitorId, account: 'gh_1', nonce: '1', encrypted: false, format: 'xml', keyIndex: 0 };
}

function tenantOf(
  name: string,
  {
    adapterOf,
    channel,
    pace,
    options,
  }: Pick<Tenant, 'channel' | 'pace'> & {
    readonly adapterOf: (helpdesk: string) => HelpdeskAdapter;
    readonly options: WorldOptions;
  },
): Tenant {
  const deskOf = (desk: string): Helpdesk => ({
    id: `${name}/${desk}`,
    adapter: adapterOf(desk),
    policy: { onUnknown: 'retry', retryMaxAgeMs: 172_800_000, ...options.policy },
    handoverWords: new Set(options.handoverWords ?? []),
    ...(options.onUnconfirmed && { onUnconfirmed: options.onUnconfirmed }),
    contextCard: options.contextCard ?? 'off',
    notices: options.notices ?? {},
  });
  const desks = ['main', ...Object.keys(options.others ?? {})].map(deskOf);
  return {
    name,
    channel,
    policy: { onUnknown: 'retry-once', retryMaxAgeMs: 172_800_000, ...options.sendPolicy },
    channelName: 'wechat',
    seenForMs: 86_400_000,
    answerBudgetMs: 4000,
    pushMaxBytes: 1_048_576,
    routeTtlMs: 1_800_000,
    pace,
    helpdesks: new Map(helpdesksOf(desks, options).map((each) => [each.id, each])),
    ...routingOf(name, options),
    ...(options.profile && { profile: { ...noProfile, ...options.profile } }),
  };
}

const noProfile: TenantProfile = { signingKeys: [], tokenMaxMs: 86_400_000, rulesUse: 'all', labels: {} };

function routingOf(tenant: string, { others, routing }: WorldOptions): Pick<Tenant, 'routing'> {
  if (others === undefined && routing === undefined) return {};
  const usual = { rules: [], home: `${tenant}/main`, idleMs: 7_200_000, vipAttribute: 'vip' };
  return { routing: { ...usual, timeZone: 'Asia/Shanghai', ...routing } };
}

function helpdesksOf(desks: readonly Helpdesk[], { ownAgents }: WorldOptions): readonly Helpdesk[] {
  const [main] = desks;
  if (ownAgents === undefined || main === undefined) return desks;
  const adapter: HelpdeskAdapter = {
    accepts: new Set(),
    handOver: {},
    forward: async () => ({ outcome: 'refused', code: 'handed over only' }),
    visitorIds: () => [],
    fold: (memory) => memory ?? null,
    ...ownAgents.adapter,
  };
  const id = main.id.replace('main', 'official');
  const official = { ...main, id, adapter, handoverWords: new Set(ownAgents.words ?? ['official']) };
  return ownAgents.isAlone ? [official] : [...desks, official];
}

function recordLog(lines: string[]): Log {
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  return log;
}

/** An agent's message, as a callback brings it. */
export function agentSays(text: string, change: object = {}): VendorEvent {
  return {
    kind: 'message',
    keys: [`agent-${text}`],
    visitor,
    at: start,
    from: { role: 'agent' },
    parts: [{ kind: 'text', text }],
    ...change,
  };
}

/** The words of a message, as the visitor reads them. */
export function textOf({ parts }: Message): string {
  return wordsOf(parts);
}

function wordsOf(parts: readonly Part[]): string {
  return parts.map(wordsOfPart).join('\n');
}

function wordsOfPart(part: Part): string {
  if (part.kind === 'text') return part.text;
  if (part.kind !== 'menu') return `[${part.kind}]`;
  return [part.text, numberOptions(part.options), part.tail].filter((line) => line !== undefined).join('\n');
}

export const conversation = conversationId('shop', visitor);
