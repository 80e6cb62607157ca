import type { JsonRecord } from './json.ts';
import { openOutgoing } from './outgoing.ts';
import { type AgentSide, openAgentSide } from './qiyu/agent-side.ts';
import { writeRefusal } from './qiyu/answers.ts';
import { openApi } from './qiyu/api.ts';
import { type Callbacks, type CalledBack, openCallbacks, type Try, type Verdict } from './qiyu/callbacks.ts';
import { type Agent, openDesk, type Session, type Waiting } from './qiyu/desk.ts';
import type { VendorEvent } from './qiyu/events.ts';
import { openFileShelf, type StoredFile } from './qiyu/files.ts';
import { applyTimeouts } from './qiyu/floor.ts';
import type { Forgery } from './qiyu/prepared-callback.ts';
import { openRateLimit } from './qiyu/rate-limit.ts';
import type { Application, Evaluation, Profile, Refusal, VisitorMessage } from './qiyu/records.ts';
import { type CallbackFormat, checkSettings, defaultSettings, type QiyuSettings } from './qiyu/settings.ts';
import { openServer, type VendorServer } from './server.ts';
import { Timeline } from './timeline.ts';

export type {
  Agent,
  Application,
  CallbackFormat,
  CalledBack,
  Evaluation,
  Forgery,
  Profile,
  QiyuSettings,
  Refusal,
  Session,
  StoredFile,
  Try,
  Verdict,
  VisitorMessage,
  Waiting,
};

export interface QiyuOptions extends Partial<QiyuSettings> {
  readonly appKey: string;
  readonly appSecret: string;
  /** Default: 小李 (143) and lantian (1234), both online, 1000 visitors each. */
  readonly agents?: readonly Agent[];
  readonly host?: string;
  /** 0 (default): any free one. */
  readonly port?: number;
  /** Milliseconds; the clock of signatures, rates, sessions and suspensions. */
  readonly now?: () => number;
  /** How many entries each record keeps; default 1000. */
  readonly keep?: number;
  /** `false`: nothing is kept, only counted; the same as `keep: 0`. */
  readonly record?: boolean;
}

/** A pretended Qiyu: it takes what the bridge says for visitors, and calls back what agents do, as strictly as Qiyu does. */
export interface PretendedQiyu extends VendorServer, AgentSide {
  readonly settings: QiyuSettings;
  /** Changes settings, as its console would. A `callbackUrl` ends a suspension. */
  changeSettings(changes: Partial<QiyuSettings>): void;

  /** Visitors' messages that were taken, in order of arrival. */
  readonly messages: Timeline<VisitorMessage>;
  /** Calls that were not taken. */
  readonly refusals: Timeline<Refusal>;
  /** Calls of `applyStaff` and what they came to. */
  readonly applications: Timeline<Application>;
  readonly profiles: Timeline<Profile>;
  readonly evaluations: Timeline<Evaluation>;
  /** What was called back, when Qiyu was done with it. */
  readonly callbacks: Timeline<CalledBack>;
  /** No callbacks before this time; 0 if the address is not suspended. */
  readonly callbacksSuspendedUntil: number;
  nextMessage(matches?: (message: VisitorMessage) => boolean, timeoutMs?: number): Promise<VisitorMessage>;

  readonly agents: readonly Agent[];
  /** Also those that ended. */
  readonly sessions: readonly Session[];
  /** The session that runs. */
  sessionOf(uid: string): Session | undefined;
  /** First come, first served. */
  readonly queue: readonly Waiting[];
  /** The profile that an agent sees: the last one that was sent. */
  profileOf(uid: string): Profile | undefined;
  /** What is kept at this URL. */
  file(url: string): StoredFile | undefined;

  /** Calls back anything at all, with re-sends. A string is sent as it stands. */
  push(
    eventType: string,
    body: JsonRecord | string,
    options?: { readonly format?: CallbackFormat },
  ): Promise<CalledBack>;
  /** One try of something that Qiyu would not send, or not now. */
  forge(eventType: string, body: JsonRecord | string, forgery: Forgery): Promise<CalledBack>;
  /** The last try of a callback once more, byte for byte: a duplicate, or somebody who recorded it. */
  repeat(called: CalledBack): Promise<CalledBack>;
  /**
   * Does what is due by the clock: silence, queueing, leave-messages. It also happens before each call and before what
   * agents do, and every second if the clock is the machine's own.
   */
  applyTimeouts(): Promise<readonly CalledBack[]>;
}

/** Starts it on a free port of the loopback. Close it, or the process stays. */
export async function startQiyu(options: QiyuOptions): Promise<PretendedQiyu> {
  const parts = openParts(options, () => server.url);
  const { now, settings, callbacks, desk, records } = parts;
  const server: VendorServer = await openServer({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    now,
    keep: parts.keep,
    handle: openApi({ ...parts, ...records }),
    refuse: (code) => writeRefusal(code, { asString: settings().codesAsStrings, now: now() }),
  });
  const timer = options.now === undefined ? setInterval(() => applyTimeouts(parts), 1000).unref() : undefined;

  return {
    ...server,
    ...openAgentSide(parts, parts.files),
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
    nextMessage: (matches, timeoutMs) => records.messages.next(matches, timeoutMs),
    get agents() {
      return desk.agents();
    },
    get sessions() {
      return desk.sessions();
    },
    sessionOf: desk.current,
    get queue() {
      return [...desk.queue.values()];
    },
    profileOf: (uid) => records.profiles.all.findLast((profile) => profile.uid === uid),
    file: parts.files.find,
    push: (eventType, body, { format } = {}) =>
      callbacks.push({ eventType, body, ...(format && { format }) }, lineOf(body)),
    forge: (eventType, body, forgery) => callbacks.forge({ eventType, body, forgery }),
    repeat: callbacks.repeat,
    applyTimeouts: async () => Promise.all(applyTimeouts(parts)),
    async close() {
      clearInterval(timer);
      parts.outgoing.close();
      for (const record of [...Object.values(records), callbacks.record]) record.close();
      await server.close();
    },
  };
}

const twoAgents: readonly Agent[] = [
  { id: 143, name: '小李', isOnline: true, capacity: 1000 },
  { id: 1234, name: 'lantian', isOnline: true, capacity: 1000 },
];

/** Callbacks of one visitor follow each other. */
function lineOf(body: JsonRecord | string): string | undefined {
  return typeof body === 'object' && typeof body.uid === 'string' ? body.uid : undefined;
}

/** After the answer has left, as near as the outside can tell. */
const afterAnswerMs = 50;

function openParts(options: QiyuOptions, baseUrl: () => string) {
  const {
    agents = twoAgents,
    host: _host,
    port: _port,
    now = Date.now,
    keep: wanted,
    record,
    ...given
  } = options;
  const keep = record === false ? 0 : (wanted ?? 1000);
  let current = checkSettings({ ...defaultSettings, ...given });
  const settings = () => current;
  const outgoing = openOutgoing();
  const callbacks: Callbacks = openCallbacks({ settings, now, outgoing, keep });
  const tell = (event: VendorEvent) => callbacks.push(event, event.body.uid);
  return {
    now,
    keep,
    settings,
    changeSettings(changes: Partial<QiyuSettings>) {
      current = checkSettings({ ...current, ...changes });
      if ('callbackUrl' in changes) callbacks.resume();
    },
    outgoing,
    callbacks,
    tell,
    tellAfterAnswer: (event: VendorEvent) => void outgoing.pause(afterAnswerMs).then(() => tell(event)),
    desk: openDesk(settings, now, agents),
    files: openFileShelf(now, baseUrl),
    rateLimit: openRateLimit(settings, now),
    records: {
      messages: new Timeline<VisitorMessage>('a message of a visitor', keep),
      refusals: new Timeline<Refusal>('a refused call', keep),
      applications: new Timeline<Application>('a call of applyStaff', keep),
      profiles: new Timeline<Profile>('a profile', keep),
      evaluations: new Timeline<Evaluation>('an evaluation', keep),
    },
  };
}
