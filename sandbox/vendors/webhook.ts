import { randomUUID } from 'node:crypto';
import { isRecord, type JsonRecord } from './json.ts';
import { openOutgoing } from './outgoing.ts';
import { openServer, type VendorServer } from './server.ts';
import { Timeline } from './timeline.ts';
import {
  type CallbackSettings,
  type Callbacks,
  type CalledBack,
  type HelpdeskEvent,
  openCallbacks,
} from './webhook/callbacks.ts';
import { type Files, filePath, openFiles } from './webhook/files.ts';
import { answerJson, openReceiver, type Received } from './webhook/receive.ts';

export type { CallbackTry, CalledBack, HelpdeskEvent } from './webhook/callbacks.ts';
export type { Received } from './webhook/receive.ts';

export interface WebhookOptions extends Partial<CallbackSettings> {
  readonly secret: string;
  /** Milliseconds; the clock of signatures and records. */
  readonly now?: () => number;
  /** How many entries each record keeps; default 1000. */
  readonly keep?: number;
}

/** An event of the bridge's that was taken for the first time. */
export interface TakenEvent extends Received {
  readonly at: number;
}

export interface PretendedHelpdesk extends VendorServer, Pick<Files, 'lay' | 'copyOf'> {
  /** Where it takes events: the `url` of the adapter's settings. */
  readonly address: string;
  /** What was taken, in order of arrival; repeats are left out. */
  readonly events: Timeline<TakenEvent>;
  /** How many repeats there were. */
  readonly repeats: number;
  /** Calls that were not taken. */
  readonly refusals: Timeline<{ readonly at: number; readonly status: number; readonly reason: string }>;
  readonly callbacks: Timeline<CalledBack>;
  readonly maxCallbackTries: number;
  changeSettings(changes: Partial<CallbackSettings>): void;

  /** The texts that this visitor wrote, in order of arrival. */
  textsOf(visitor: string): readonly string[];
  /** The session that runs. */
  sessionOf(visitor: string): string | undefined;
  readonly isStaffed: boolean;
  /** Nobody is there: who writes without a session is told so. */
  setStaffed(isStaffed: boolean): void;
  /** An agent writes; he opens a session first where there is none. */
  agentSays(visitor: string, text: string): Promise<CalledBack>;
  agentSends(visitor: string, data: JsonRecord): Promise<CalledBack>;
  /** `undefined`: there is no session. */
  endSession(visitor: string): Promise<CalledBack> | undefined;
  /** Asks for a rating of the last session; `undefined`: there was none. */
  inviteRating(visitor: string): Promise<CalledBack> | undefined;
  /** Calls back anything at all. */
  push(event: HelpdeskEvent): Promise<CalledBack>;
  repeat: Callbacks['repeat'];
}

const path = '/kefu';
const agent = { id: '7', name: '小李', picture: 'https://helpdesk.example.com/li.png' };

/**
 * A pretended helpdesk of somebody's own, written from the published description: it proves and checks all that it is
 * sent, takes an event once however often it comes, and calls back what its one agent does.
 */
export async function startWebhook(options: WebhookOptions): Promise<PretendedHelpdesk> {
  const { now = Date.now, keep = 1000, secret, ...given } = options;
  let settings: CallbackSettings = { maxCallbackTries: 5, resendAfterMs: 5000, secret, ...given };
  const outgoing = openOutgoing();
  const callbacks = openCallbacks({ settings: () => settings, now, outgoing, keep });
  const desk = openFloor(callbacks);
  const files = openFiles(() => server.url, outgoing);
  const events = new Timeline<TakenEvent>('an event', keep);
  const refusals: PretendedHelpdesk['refusals'] = new Timeline('a refused call', keep);
  const answers = new Map<string, object>();
  let repeats = 0;
  const receive = openReceiver({ secret, path });

  const server: VendorServer = await openServer({
    host: '127.0.0.1',
    port: 0,
    now,
    keep,
    refuse: (status) => answerJson(status, { error: 'refused' }),
    async handle(call) {
      if (call.path.startsWith(filePath)) return files.serve(call);
      const receipt = receive(call);
      if (receipt.kind === 'refused') {
        const { status, reason } = receipt;
        refusals.add({ at: call.at, status, reason });
        return answerJson(status, { error: reason });
      }
      const { received } = receipt;
      const before = answers.get(received.id);
      if (before !== undefined) {
        repeats += 1;
        return answerJson(200, before);
      }
      const answer = { id: `t_${received.id}`, events: desk.happensAt(received) };
      answers.set(received.id, answer);
      await files.keepMedia(received);
      events.add({ ...received, at: call.at });
      return answerJson(200, answer);
    },
  });

  return {
    ...server,
    get switchedOff() {
      return server.switchedOff;
    },
    address: `${server.url}${path}`,
    events,
    get repeats() {
      return repeats;
    },
    refusals,
    callbacks: callbacks.record,
    lay: files.lay,
    copyOf: files.copyOf,
    get maxCallbackTries() {
      return settings.maxCallbackTries;
    },
    changeSettings(changes) {
      settings = { ...settings, ...changes };
    },
    textsOf: (visitor) => events.all.filter(({ data }) => data.visitor === visitor).flatMap(textsIn),
    ...desk,
    get isStaffed() {
      return desk.isStaffed;
    },
    push: callbacks.push,
    repeat: callbacks.repeat,
    async close() {
      outgoing.close();
      for (const record of [events, refusals, callbacks.record]) record.close();
      await server.close();
    },
  };
}

/** The texts of a visitor's message. */
export function textsIn({ type, data }: Received): readonly string[] {
  if (type !== 'visitor.message' || !Array.isArray(data.parts)) return [];
  return data.parts.filter(isRecord).flatMap(({ kind, text }) => (kind === 'text' ? [String(text)] : []));
}

/** Who serves whom: sessions begin when somebody writes, and last until they are ended. */
function openFloor({ push }: Callbacks) {
  const running = new Map<string, string>();
  const last = new Map<string, string>();
  const told = new Set<string>();
  let isStaffed = true;
  const begin = (visitor: string): HelpdeskEvent => {
    const session = randomUUID();
    running.set(visitor, session);
    last.set(visitor, session);
    return { id: `start_${session}`, type: 'session.started', data: { visitor, session, agent } };
  };
  const agentSends = (visitor: string, data: JsonRecord) => {
    if (!running.has(visitor)) void push(begin(visitor));
    return push({ type: 'agent.message', data: { visitor, from: agent, ...data } });
  };
  return {
    get isStaffed() {
      return isStaffed;
    },
    setStaffed(wanted: boolean) {
      isStaffed = wanted;
      told.clear();
    },
    sessionOf: (visitor: string) => running.get(visitor),
    agentSends,
    agentSays: (visitor: string, text: string) => agentSends(visitor, { text }),
    endSession(visitor: string) {
      const session = running.get(visitor);
      if (session === undefined) return undefined;
      running.delete(visitor);
      return push({ id: `end_${session}`, type: 'session.ended', data: { visitor, session } });
    },
    inviteRating(visitor: string) {
      const session = last.get(visitor);
      return session === undefined ? undefined : push({ type: 'rating.asked', data: { visitor, session } });
    },
    /** What a visitor's act comes to at once: said in the answer. */
    happensAt({ type, data }: Received): readonly HelpdeskEvent[] {
      const { visitor } = data;
      const acts = type === 'visitor.message' || type === 'visitor.agent_asked';
      if (typeof visitor !== 'string' || !acts || running.has(visitor)) return [];
      if (isStaffed) return [begin(visitor)];
      if (told.has(visitor)) return [];
      told.add(visitor);
      return [{ id: `offline_${randomUUID()}`, type: 'agents.offline', data: { visitor } }];
    },
  };
}
