import { openOutgoing } from './outgoing.ts';
import { openServer, type VendorServer } from './server.ts';
import { Timeline } from './timeline.ts';
import { type ApiParts, type OddPage, openApi, type Tokens, write } from './wecom-kf/api.ts';
import { type Callbacks, type CalledBack, openCallbacks } from './wecom-kf/callbacks.ts';
import { type Customer, openChat, type SaidByApi } from './wecom-kf/chat.ts';
import { type ShelvedFile, shelve } from './wecom-kf/media.ts';
import type { MemberMessage } from './wecom-kf/member-api.ts';
import { openPeople, type People } from './wecom-kf/people.ts';
import { refuse } from './wecom-kf/reply.ts';
import { defaultSettings, type Member, type WecomSettings } from './wecom-kf/settings.ts';

export type { CalledBack, Customer, Member, MemberMessage, SaidByApi, ShelvedFile, WecomSettings };

export interface WecomOptions extends Partial<WecomSettings> {
  readonly secret: string;
  /** Default: zhangsan (张三) and lisi (李四), both receiving. */
  readonly members?: readonly Member[];
  /** Kf accounts beside `openKfid`; default none. */
  readonly accounts?: readonly string[];
  readonly host?: string;
  /** 0 (default): any free one. */
  readonly port?: number;
  /** Milliseconds; the clock of tokens, codes, windows and limits. */
  readonly now?: () => number;
  /** How many entries each record keeps; default 1000. */
  readonly keep?: number;
}

/** A pretended WeCom: a company with one application and one kf account, as strict as WeCom is. */
export interface PretendedWecom extends VendorServer {
  readonly settings: WecomSettings;
  changeSettings(changes: Partial<WecomSettings>): void;
  readonly people: People;
  /** What the API said into the kf chat. */
  readonly said: Timeline<SaidByApi>;
  /** What members got from the application. */
  readonly messages: Timeline<MemberMessage>;
  readonly callbacks: Timeline<CalledBack>;
  readonly prepare: Callbacks['prepare'];
  customer(external: string): Customer;
  /** What happens in another kf account. */
  account(openKfid: string): Pick<PretendedWecom, 'people' | 'said' | 'customer'>;
  /** A medium of somebody's, for a message of his. */
  shelve(file: Omit<ShelvedFile, 'until'>): string;
  /** Access tokens that were given out. */
  readonly tokensGiven: number;
  loseToken(): void;
  /** Messages that were over the limit of a member. */
  readonly dropped: number;
  /** A code as it comes with entering, for an event that a test makes itself. */
  giveWelcome(external: string, livesMs: number): string;
  /** What the next pages are instead. */
  giveOddPages(...pages: readonly OddPage[]): void;
}

const twoMembers: readonly Member[] = [
  { userid: 'zhangsan', name: '张三', status: 0 },
  { userid: 'lisi', name: '李四', status: 0 },
];

/** The company, keys and ids of the worked examples. */
const company = {
  corpid: 'ww1a2b3c4d5e6f7a8b',
  agentid: 1000002,
  openKfid: 'wkSimAAAAkf0000000000000000000001',
  callbackToken: 'kfCallbackToken01',
  encodingAESKey: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY',
} as const;

/** Starts it on a free port of the loopback. Close it, or the process stays. */
export async function startWecomKf(options: WecomOptions): Promise<PretendedWecom> {
  const {
    members = twoMembers,
    accounts = [],
    host = '127.0.0.1',
    port = 0,
    now = Date.now,
    keep = 1000,
    ...given
  } = options;
  let current: WecomSettings = { ...defaultSettings, ...company, ...given };
  const settings = () => current;
  const outgoing = openOutgoing();
  const callbacks = openCallbacks({ settings, now, outgoing, keep });
  const chat = openChat({ settings, now, members, keep });
  const tokens: Tokens = { current: undefined, given: 0 };
  const messages = new Timeline<MemberMessage>('a message to a member', keep);
  const threads = { messages, taken: new Map(), paces: new Map(), dropped: 0 };
  const shared = { now, shelf: new Map<string, ShelvedFile>(), threads, tokens };
  const parts: ApiParts = {
    ...shared,
    settings,
    chat,
    links: new Map(),
    oddPages: [],
    others: accounts.map((openKfid): ApiParts => {
      const own = () => ({ ...settings(), openKfid });
      const links = new Map<string, string>();
      const chat = openChat({ settings: own, now, members, keep });
      return { ...shared, settings: own, chat, links, oddPages: [], others: [] };
    }),
  };
  const openPeopleOf = ({ settings: own, chat: theirs, links }: ApiParts) =>
    openPeople({ settings: own, now, chat: theirs, callbacks, links });
  const people = openPeopleOf(parts);
  const peopleElsewhere = new Map(parts.others.map((other) => [other, openPeopleOf(other)]));
  const server = await openServer({
    host,
    port,
    now,
    keep,
    handle: openApi(parts),
    refuse: (errcode) => write(refuse(errcode)),
  });
  return {
    ...server,
    get switchedOff() {
      return server.switchedOff;
    },
    get settings() {
      return current;
    },
    changeSettings(changes) {
      current = { ...current, ...changes };
    },
    people,
    said: chat.said,
    messages,
    callbacks: callbacks.record,
    prepare: callbacks.prepare,
    customer: chat.customer,
    account(openKfid) {
      for (const [other, theirs] of peopleElsewhere) {
        if (other.settings().openKfid !== openKfid) continue;
        return { people: theirs, said: other.chat.said, customer: other.chat.customer };
      }
      throw new Error(`expected a kf account of the company, got ${openKfid}`);
    },
    shelve: (file) => shelve(parts.shelf, file, now()),
    get tokensGiven() {
      return tokens.given;
    },
    loseToken() {
      tokens.current = undefined;
    },
    get dropped() {
      return threads.dropped;
    },
    giveWelcome: (external, livesMs) => chat.giveCode({ external, livesMs, types: ['text', 'msgmenu'] }),
    giveOddPages: (...pages) => void parts.oddPages.push(...pages),
    async close() {
      outgoing.close();
      const elsewhere = parts.others.map((other) => other.chat.said);
      for (const record of [chat.said, ...elsewhere, messages, callbacks.record]) record.close();
      await server.close();
    },
  };
}
