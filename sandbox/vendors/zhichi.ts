import type { JsonRecord } from './json.ts';
import { openOutgoing } from './outgoing.ts';
import { openServer, type VendorServer } from './server.ts';
import { Timeline } from './timeline.ts';
import { type AgentSide, openAgentSide } from './zhichi/agent-side.ts';
import { refusal, writeReply } from './zhichi/answers.ts';
import { openApi } from './zhichi/api.ts';
import { type Agent, openDesk, type Session, type Waiting } from './zhichi/desk.ts';
import { openFileShelf, type StoredFile } from './zhichi/files.ts';
import { applyTimeouts, type Floor } from './zhichi/floor.ts';
import type { Forgery } from './zhichi/prepared-push.ts';
import { openPushes, type Pushed, type Try, type Verdict } from './zhichi/pushes.ts';
import {
  type Application,
  openSayings,
  type Question,
  type Rating,
  type Refusal,
  type Ticket,
  type VisitorMessage,
} from './zhichi/records.ts';
import { checkSettings, defaultSettings, type ZhichiSettings } from './zhichi/settings.ts';
import { openTokens } from './zhichi/tokens.ts';

export type {
  Agent,
  Application,
  Forgery,
  Pushed,
  Question,
  Rating,
  Refusal,
  Session,
  StoredFile,
  Ticket,
  Try,
  Verdict,
  VisitorMessage,
  Waiting,
  ZhichiSettings,
};

/** How a pretended Zhichi is started. */
export interface ZhichiOptions extends Partial<ZhichiSettings> {
  readonly appId: string;
  readonly appKey: string;
  /** Default: 小李 (ag01) and 小王 (ag02), both online, 1000 visitors each. */
  readonly agents?: readonly Agent[];
  readonly host?: string;
  /** 0 (default): any free one. */
  readonly port?: number;
  /** Milliseconds; the clock of tokens, signatures and sessions. */
  readonly now?: () => number;
  /** How many entries each record keeps; default 1000. */
  readonly keep?: number;
}

/** A pretended Zhichi: it takes what the bridge says for visitors, and pushes what agents do. */
export interface PretendedZhichi extends VendorServer, AgentSide {
  readonly settings: ZhichiSettings;
  /** Changes settings, as its staff would. */
  changeSettings(changes: Partial<ZhichiSettings>): void;

  /** Visitors' messages that reached an agent, in order of arrival. */
  readonly messages: Timeline<VisitorMessage>;
  /** Calls that were not taken. */
  readonly refusals: Timeline<Refusal>;
  readonly applications: Timeline<Application>;
  readonly questions: Timeline<Question>;
  readonly ratings: Timeline<Rating>;
  readonly tickets: Timeline<Ticket>;
  /** What was pushed or forwarded, when Zhichi was done with it. */
  readonly pushes: Timeline<Pushed>;

  /** How many tokens were given out. */
  readonly tokens: number;
  /** Ends the token that is good now, as a fetch of another system does. */
  revokeToken(): void;

  readonly agents: readonly Agent[];
  /** Also those that ended. */
  readonly sessions: readonly Session[];
  /** The session that runs. */
  sessionOf(partnerId: string): Session | undefined;
  /** First come, first served. */
  readonly queue: readonly Waiting[];
  /** What is kept at this URL. */
  file(url: string): StoredFile | undefined;

  /** Pushes anything at all. A string is sent as it stands. */
  push(body: JsonRecord | string): Promise<Pushed>;
  /** One try of something that Zhichi would not send. */
  forge(body: JsonRecord | string, forgery: Forgery): Promise<Pushed>;
  /** The last try of a push once more, byte for byte. */
  repeat(pushed: Pushed): Promise<Pushed>;
  /** Does what is due by the clock: silence, queueing. It also happens before each call and what agents write. */
  applyTimeouts(): Promise<readonly Pushed[]>;
}

/** Starts it on a free port of the loopback. Close it, or the process stays. */
export async function startZhichi(options: ZhichiOptions): Promise<PretendedZhichi> {
  const parts = openParts(options, () => server.url);
  const { now, settings, floor, files, tokens, records, pushes } = parts;
  const server: VendorServer = await openServer({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    now,
    keep: parts.keep,
    handle: openApi({ ...floor, ...records, tokens, files }),
    refuse: (code) => writeReply(refusal(String(code), 'fault'), settings(), now()),
  });
  const timer = options.now === undefined ? setInterval(() => applyTimeouts(floor), 1000).unref() : undefined;

  return {
    ...server,
    ...openAgentSide(floor, files),
    ...records,
    get switchedOff() {
      return server.switchedOff;
    },
    get settings() {
      return settings();
    },
    changeSettings: parts.changeSettings,
    pushes: pushes.record,
    get tokens() {
      return tokens.given;
    },
    revokeToken: tokens.revoke,
    get agents() {
      return floor.desk.agents();
    },
    get sessions() {
      return floor.desk.sessions();
    },
    sessionOf: floor.desk.current,
    get queue() {
      return [...floor.desk.queue.values()];
    },
    file: files.find,
    push: (body) => pushes.push(body),
    forge: pushes.forge,
    repeat: pushes.repeat,
    applyTimeouts: async () => Promise.all(applyTimeouts(floor)),
    async close() {
      clearInterval(timer);
      parts.outgoing.close();
      for (const record of [...Object.values(records), pushes.record]) record.close();
      await server.close();
    },
  };
}

const twoAgents: readonly Agent[] = [
  { id: 'ag01', name: '小李', isOnline: true, capacity: 1000 },
  { id: 'ag02', name: '小王', isOnline: true, capacity: 1000 },
];

function openParts(options: ZhichiOptions, baseUrl: () => string) {
  const { agents = twoAgents, host: _host, port: _port, now = Date.now, keep = 1000, ...given } = options;
  let current = checkSettings({ ...defaultSettings, ...given });
  const settings = () => current;
  const outgoing = openOutgoing();
  const pushes = openPushes({ settings, now, outgoing, keep });
  const floor: Floor = {
    desk: openDesk(settings, now, agents),
    settings,
    now,
    pushes,
    sayings: openSayings(),
  };
  return {
    now,
    keep,
    settings,
    changeSettings(changes: Partial<ZhichiSettings>) {
      current = checkSettings({ ...current, ...changes });
    },
    outgoing,
    pushes,
    floor,
    tokens: openTokens(settings, now),
    files: openFileShelf(baseUrl),
    records: {
      messages: new Timeline<VisitorMessage>('a message of a visitor', keep),
      refusals: new Timeline<Refusal>('a refused call', keep),
      applications: new Timeline<Application>('a request for an agent', keep),
      questions: new Timeline<Question>('a question to the robot', keep),
      ratings: new Timeline<Rating>('a rating', keep),
      tickets: new Timeline<Ticket>('a ticket', keep),
    },
  };
}
