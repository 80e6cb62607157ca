import type { JsonRecord } from './json.ts';
import { type AgentSide, openAgentSide } from './meiqia/agent-side.ts';
import { writeJson } from './meiqia/answers.ts';
import { openApi, type Refusal } from './meiqia/api.ts';
import { type CalledBack, type Forgery, openCallbacks, type Try } from './meiqia/callbacks.ts';
import { openBody } from './meiqia/cipher.ts';
import { openFileShelf, type StoredFile } from './meiqia/files.ts';
import { type Agent, type Conv, openFloor, type Ticket, type Visitor } from './meiqia/floor.ts';
import type { VisitorMessage } from './meiqia/messages.ts';
import { applyTimeouts } from './meiqia/reception.ts';
import type { AskedFor, Meiqia, Rating } from './meiqia/route.ts';
import { checkSettings, defaultSettings, type MeiqiaSettings } from './meiqia/settings.ts';
import { openSpeaker } from './meiqia/speech.ts';
import { openOutgoing } from './outgoing.ts';
import { openServer, type VendorServer } from './server.ts';
import { Timeline } from './timeline.ts';

export type {
  Agent,
  AskedFor,
  CalledBack,
  Conv,
  Forgery,
  MeiqiaSettings,
  Rating,
  Refusal,
  StoredFile,
  Ticket,
  Try,
  Visitor,
  VisitorMessage,
};

export interface MeiqiaOptions extends Partial<MeiqiaSettings> {
  readonly appKey: string;
  readonly secretKey: string;
  /** Default: 小李 and 小王, both online, 1000 visitors each. */
  readonly agents?: readonly Agent[];
  readonly host?: string;
  /** 0 (default): any free one. */
  readonly port?: number;
  /** Milliseconds; the clock of proofs, messages and conversations. */
  readonly now?: () => number;
  /** How many entries each record keeps; default 1000. */
  readonly keep?: number;
}

/** A pretended Meiqia: it takes what an app says for visitors, and pushes what agents say, as strictly as is known. */
export interface PretendedMeiqia extends VendorServer, AgentSide {
  readonly settings: MeiqiaSettings;
  /** Changes settings, as its console would. */
  changeSettings(changes: Partial<MeiqiaSettings>): void;

  /** Visitors' messages that were taken, in order of arrival. */
  readonly messages: Timeline<VisitorMessage>;
  /** Calls that were not taken. */
  readonly refusals: Timeline<Refusal>;
  /** Pushes and webhooks, when Meiqia was done with them. */
  readonly callbacks: Timeline<CalledBack>;
  /** Calls of `scheduler`. */
  readonly wishes: Timeline<AskedFor>;
  readonly ratings: Timeline<Rating>;
  /** Ids of messages that the app called delivered. */
  readonly delivered: readonly string[];

  readonly agents: readonly Agent[];
  readonly visitors: readonly Visitor[];
  readonly conversations: readonly Conv[];
  readonly tickets: readonly Ticket[];
  /** Own ids of those who wait, first come, first served. */
  readonly queue: readonly string[];
  visitorOf(ownId: string): Visitor | undefined;
  conversationOf(ownId: string): Conv | undefined;
  file(key: string): StoredFile | undefined;
  /** The body of an encrypted call in clear, as long as its visitor's key is the same. */
  unseal(body: Buffer): string | undefined;

  /** Pushes anything at all; a forgery says what is wrong with it. */
  push(fields: JsonRecord, forgery?: Forgery): Promise<CalledBack>;
  webhook(fields: JsonRecord, forgery?: Forgery): Promise<CalledBack>;
  /** Does what is due by the clock. It also happens before each call and before what agents do. */
  applyTimeouts(): void;
}

/** Starts it on a free port of the loopback. Close it, or the process stays. */
export async function startMeiqia(options: MeiqiaOptions): Promise<PretendedMeiqia> {
  const { agents = twoAgents, host = '127.0.0.1', port = 0, now = Date.now, keep = 1000, ...given } = options;
  let current = checkSettings({ ...defaultSettings, ...given });
  const settings = () => current;
  const outgoing = openOutgoing();
  const callbacks = openCallbacks({ settings, now, outgoing, keep });
  const floor = openFloor(settings, now, agents);
  const messages = new Timeline<VisitorMessage>('a message of a visitor', keep);
  const refusals = new Timeline<Refusal>('a refused call', keep);
  const wishes = new Timeline<AskedFor>('a call of scheduler', keep);
  const ratings = new Timeline<Rating>('a rating', keep);
  const delivered: string[] = [];
  const meiqia: Meiqia = {
    floor,
    speaker: openSpeaker(floor, callbacks),
    files: openFileShelf(() => server.url),
    note: (message) => messages.add(message),
    noteDelivered: (ids) => delivered.push(...ids),
    noteWish: (wish) => wishes.add(wish),
    noteRating: (rating) => ratings.add(rating),
  };
  const server: VendorServer = await openServer({
    host,
    port,
    now,
    keep,
    handle: openApi(meiqia, refusals),
    refuse: (code) => writeJson({ message: 'refused' }, code),
  });
  const visitorOf = (ownId: string) => floor.byOwnId(ownId);

  return {
    ...server,
    ...openAgentSide(meiqia, callbacks.push),
    get switchedOff() {
      return server.switchedOff;
    },
    get settings() {
      return settings();
    },
    changeSettings(changes) {
      current = checkSettings({ ...current, ...changes });
    },
    messages,
    refusals,
    callbacks: callbacks.record,
    wishes,
    ratings,
    delivered,
    get agents() {
      return [...floor.agents.values()];
    },
    get visitors() {
      return [...floor.visitors.values()];
    },
    get conversations() {
      return [...floor.convs.values()];
    },
    get tickets() {
      return [...floor.tickets.values()];
    },
    get queue() {
      return [...floor.queue.keys()].map((trackId) => floor.visitors.get(trackId)?.ownId ?? '');
    },
    visitorOf,
    conversationOf: (ownId) => floor.openConv(visitorOf(ownId)?.trackId ?? ''),
    file: meiqia.files.find,
    unseal: (body) => unseal([...floor.visitors.values()], body),
    push: callbacks.push,
    webhook: callbacks.webhook,
    applyTimeouts: () => applyTimeouts(meiqia),
    async close() {
      outgoing.close();
      for (const record of [messages, refusals, wishes, ratings, callbacks.record]) record.close();
      await server.close();
    },
  };
}

function unseal(visitors: readonly Visitor[], body: Buffer): string | undefined {
  for (const { aesKey } of visitors) {
    const plain = openBody(body, aesKey);
    if (plain?.startsWith('{')) return plain;
  }
  return undefined;
}

const twoAgents: readonly Agent[] = [
  { token: '1f0c2f3e5b1d4c589a570d9c6f1f2a11', nickname: '小李', isOnline: true, capacity: 1000 },
  { token: '2a0c2f3e5b1d4c589a570d9c6f1f2a22', nickname: '小王', isOnline: true, capacity: 1000 },
];
