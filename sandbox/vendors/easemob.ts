import { type AgentSide, openAgentSide } from './easemob/agent-side.ts';
import { refusals, writeRefusal } from './easemob/answers.ts';
import { type CalledBack, openCallbacks, type Try } from './easemob/callbacks.ts';
import { openFileShelf, type StoredFile } from './easemob/files.ts';
import { type Agent, openHelpdesk, type Session } from './easemob/helpdesk.ts';
import { type ApiParts, answerIm } from './easemob/im-api.ts';
import type { Enquiry, HandoverAsked, RefusedCall, Unseen, VisitorMessage } from './easemob/records.ts';
import { answerRest } from './easemob/rest-api.ts';
import { defaultSettings, type EasemobSettings } from './easemob/settings.ts';
import { openTokens } from './easemob/tokens.ts';
import { openOutgoing } from './outgoing.ts';
import { type Answer, type Call, openServer, type VendorServer } from './server.ts';
import { Timeline } from './timeline.ts';

export type {
  Agent,
  CalledBack,
  EasemobSettings,
  Enquiry,
  HandoverAsked,
  Session,
  StoredFile,
  Try,
  VisitorMessage,
};

type Needed = 'orgName' | 'appName' | 'clientId' | 'clientSecret' | 'imServiceNumber' | 'callbackSecret';

export interface EasemobOptions
  extends Partial<Omit<EasemobSettings, Needed>>,
    Pick<EasemobSettings, Needed> {
  /** Default: 小李 (a-1) and 小王 (a-2), both online. */
  readonly agents?: readonly Agent[];
  /** Milliseconds; the clock of tokens, callbacks, rates and suspensions. */
  readonly now?: () => number;
  /** How many entries each record keeps; default 1000. */
  readonly keep?: number;
}

/**
 * A pretended Easemob: the IM cloud, which takes nearly everything, the REST API channel, which does not, and the helpdesk
 * behind both, which shows agents what is as it has to be, and calls back what they do.
 */
export interface PretendedEasemob extends VendorServer, AgentSide {
  readonly settings: EasemobSettings;
  /** Changes settings, as the consoles would. */
  changeSettings(changes: Partial<EasemobSettings>): void;

  /** What agents see of visitors, in order of arrival. */
  readonly messages: Timeline<VisitorMessage>;
  /** What the IM cloud took and no agent sees. */
  readonly unseen: Timeline<Unseen>;
  readonly refusedCalls: Timeline<RefusedCall>;
  readonly enquiries: Timeline<Enquiry>;
  readonly handovers: Timeline<HandoverAsked>;
  /** What was called back, when Easemob was done with it. */
  readonly callbacks: Timeline<CalledBack>;
  readonly callbacksSuspendedUntil: number;
  /** The last try of a callback once more, byte for byte, or with another body. */
  repeat(called: CalledBack, body?: Buffer): Promise<CalledBack>;
  /** Another IM user writes to somebody, as far as the IM cloud is concerned. */
  imUserSays(from: string, to: string, text: string): Promise<CalledBack>;

  readonly agents: readonly Agent[];
  readonly sessions: readonly Session[];
  sessionOf(visitor: string): Session | undefined;
  /** IM users, in small letters. */
  readonly users: ReadonlySet<string>;
  readonly tokensIssued: number;
  revokeTokens(): void;
}

/** Starts it on a free port of the loopback. Close it, or the process stays. */
export async function startEasemob(options: EasemobOptions): Promise<PretendedEasemob> {
  const parts = openParts(options, () => server.url);
  const { settings, now, api, callbacks, records, outgoing } = parts;
  const server: VendorServer = await openServer({
    host: '127.0.0.1',
    port: 0,
    now,
    keep: parts.keep,
    async handle(call) {
      const answer = route(api, call);
      if (settings().acks === 'before') await callbacks.idle();
      return answer;
    },
    refuse: (status) => writeRefusal({ ...refusals.tooMany, status }, now()),
  });
  return {
    ...server,
    ...openAgentSide({ ...api, callbacks }, api.files),
    ...records,
    get switchedOff() {
      return server.switchedOff;
    },
    get settings() {
      return settings();
    },
    changeSettings: parts.changeSettings,
    callbacks: callbacks.record,
    get callbacksSuspendedUntil() {
      return callbacks.suspendedUntil;
    },
    repeat: callbacks.repeat,
    imUserSays: (from, to, msg) =>
      callbacks.push({
        channel: 'im',
        fields: {
          chat_type: 'chat',
          from,
          to,
          payload: { bodies: [{ type: 'txt', msg }], ext: {} },
          msg_id: '1',
        },
      }),
    get agents() {
      return api.desk.agents();
    },
    get sessions() {
      return api.desk.sessions();
    },
    sessionOf: api.desk.current,
    users: api.users,
    get tokensIssued() {
      return api.tokens.issued;
    },
    revokeTokens: api.tokens.revokeAll,
    async close() {
      outgoing.close();
      for (const record of [...Object.values(records), callbacks.record]) record.close();
      await server.close();
    },
  };
}

const twoAgents: readonly Agent[] = [
  { id: 'a-1', name: '小李', isOnline: true },
  { id: 'a-2', name: '小王', isOnline: true },
];

/** After the answer has left, as near as the outside can tell. */
const afterAnswerMs = 20;

function route(api: ApiParts, call: Call): Answer {
  if (call.path.startsWith('/api/')) return answerRest(api, call);
  if (call.method === 'GET' && call.path.includes('/chatfiles/')) {
    const mayRead = !api.settings().filesNeedToken || api.tokens.isValid(call.headers.authorization);
    return mayRead ? api.files.serve(call) : writeRefusal(refusals.unauthorized, api.now());
  }
  return answerIm(api, call);
}

function openParts(options: EasemobOptions, baseUrl: () => string) {
  const { agents = twoAgents, now = Date.now, keep = 1000, ...given } = options;
  let current: EasemobSettings = { ...defaultSettings, ...given };
  const settings = () => current;
  const outgoing = openOutgoing();
  const callbacks = openCallbacks({ settings, now, outgoing, keep });
  const records = {
    messages: new Timeline<VisitorMessage>('a message of a visitor', keep),
    unseen: new Timeline<Unseen>('an unseen message', keep),
    refusedCalls: new Timeline<RefusedCall>('a refused call', keep),
    enquiries: new Timeline<Enquiry>('a rating', keep),
    handovers: new Timeline<HandoverAsked>('a request for an agent', keep),
  };
  const push: typeof callbacks.push = (content, line) =>
    callbacks.push(content, line, settings().acks === 'before' ? 0 : afterAnswerMs);
  const api: ApiParts = {
    settings,
    now,
    desk: openHelpdesk(now, agents),
    // What a call brings about.
    callbacks: { ...callbacks, push },
    files: openFileShelf(() => `${baseUrl()}/${settings().orgName}/${settings().appName}`),
    ...records,
    known: new Set(),
    tokens: openTokens(now),
    users: new Set(),
    mayCall: openRate(now, () => settings().perSecondRate, 1000),
    maySend: openRate(now, () => settings().perMinuteRate, 60_000),
  };
  return {
    now,
    keep,
    settings,
    outgoing,
    callbacks,
    records,
    api,
    changeSettings(changes: Partial<EasemobSettings>) {
      current = { ...current, ...changes };
    },
  };
}

/** A sliding window. A call that is one too many does not count. */
function openRate(now: () => number, most: () => number, perMs: number): () => boolean {
  let taken: readonly number[] = [];
  return () => {
    if (most() === Number.POSITIVE_INFINITY) return true;
    taken = taken.filter((at) => at > now() - perMs);
    if (taken.length >= most()) return false;
    taken = [...taken, now()];
    return true;
  };
}
