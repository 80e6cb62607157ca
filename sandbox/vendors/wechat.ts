import type { FaultEffect } from './faults.ts';
import { openOutgoing } from './outgoing.ts';
import { openServer, type VendorServer } from './server.ts';
import { sniffFormat } from './sniff.ts';
import { Timeline } from './timeline.ts';
import type { Account } from './wechat/account.ts';
import { openApi, type RefusedSend, type Send, type Typing } from './wechat/api.ts';
import type { PushMessage } from './wechat/body.ts';
import { type Delivery, deliverPush, describePush, type Pushed } from './wechat/delivery.ts';
import { refuse } from './wechat/errors.ts';
import { type MediaShelf, openMediaShelf } from './wechat/media.ts';
import { type OfficialAgent, type OfficialTool, openOfficialDesk } from './wechat/official.ts';
import { type Forgery, preparePush, prepareVerification } from './wechat/prepared-push.ts';
import { openSubscriptionDesk, type SubscriptionDesk } from './wechat/subscription-events.ts';
import { openSubscriptions, type SubscriptionOptions } from './wechat/subscriptions.ts';
import { openTokens, type TokenLimits, type Tokens } from './wechat/tokens.ts';
import { type Verification, verifyAddress } from './wechat/verification.ts';
import { type Act, actOf, openVisitors, type Visitor } from './wechat/visitors.ts';

export type { Verdict } from './wechat/verdict.ts';
export type {
  Account,
  Act,
  FaultEffect,
  Forgery,
  OfficialTool,
  Pushed,
  PushMessage,
  RefusedSend,
  Send,
  Typing,
  Visitor,
};

export interface WeChatOptions extends Account, SubscriptionOptions {
  readonly host?: string;
  /** 0 (default): any free one. */
  readonly port?: number;
  /** Milliseconds; the clock of grants, tokens, media and signatures. */
  readonly now?: () => number;
  /** How many entries each record keeps; default 1000. */
  readonly keep?: number;
  /** `false`: nothing is kept, only counted; the same as `keep: 0`. */
  readonly record?: boolean;
  /** How long WeChat waits for the answer to a push; default 5000. */
  readonly answerTimeoutMs?: number;
  /** Default 3. */
  readonly maxPushTries?: number;
  /** Agents of the official tool, with their names. Default: those of `kfAccounts`, else one, online. */
  readonly agents?: readonly OfficialAgent[];
  /** Default 2048. */
  readonly textMaxBytes?: number;
  /** Default 2 MiB. */
  readonly imageMaxBytes?: number;
  /** Sends in a minute of the clock before 45011; default no limit. */
  readonly sendPerMinute?: number;
  /** Sends in a day before 45009; default no limit. */
  readonly sendPerDay?: number;
  /** Limits of the calls for tokens; default WeChat's own. */
  readonly tokenLimits?: Partial<TokenLimits>;
  /** What a call with this token meets, where a third-party platform gives tokens for the account; 0: nothing. */
  readonly checkToken?: (token: string | null) => number;
}

/** A pretended WeChat: it pushes what visitors do, and takes what the bridge sends, as strictly as WeChat does. */
export interface PretendedWeChat extends VendorServer {
  readonly account: Account;
  /** Changes settings of the account, as its console would. */
  change(settings: Partial<Account>): void;

  /** Sends accepted, in order of arrival. */
  readonly sends: Timeline<Send>;
  readonly refusedSends: Timeline<RefusedSend>;
  readonly typings: Timeline<Typing>;
  readonly subscriptions: SubscriptionDesk;
  readonly pushes: Timeline<Pushed>;
  readonly tokens: Tokens;
  nextSend(matches?: (send: Send) => boolean, timeoutMs?: number): Promise<Send>;
  visitor(openid: string): Visitor | undefined;
  /** The visitor does something that is not pushed: grants sends all the same. Seconds; default now. */
  actSilently(openid: string, act: Act, createTimeSec?: number): void;

  /** Verifies an address by GET. `isPassed`: status 200 and the echo, to the byte. */
  verify(pushUrl: string, forgery?: Forgery): Promise<Verification>;
  /** A visitor's act: grants sends, then pushes it with repeats. Fields of `message` win over the made ones. */
  push(pushUrl: string, message: PushMessage): Promise<Pushed>;
  pushText(pushUrl: string, openid: string, text: string): Promise<Pushed>;
  /** An image of the visitor, with a MediaId and a PicUrl that this server serves. */
  pushImage(pushUrl: string, openid: string, bytes: Buffer): Promise<Pushed>;
  pushEnter(pushUrl: string, openid: string, sessionFrom?: string): Promise<Pushed>;
  /** One try of something that WeChat would not send, or not now: no grant, no repeats. */
  forge(pushUrl: string, message: PushMessage, forgery: Forgery): Promise<Pushed>;
  /** The same request once more, byte for byte, as WeChat repeats. */
  repeat(pushed: Pushed): Promise<Pushed>;
  /** Media of visitors, and what was uploaded. */
  readonly media: Pick<MediaShelf, 'add' | 'get'>;
  /** WeChat's own agents: while one serves a visitor, nothing of him is pushed. */
  readonly official: OfficialTool;
}

/** Starts it on a free port of the loopback. Close it, or the process stays. */
export async function startWeChat(options: WeChatOptions): Promise<PretendedWeChat> {
  const parts = openParts(options);
  const { now, keep, outgoing, visitors, media } = parts;
  const accounts = options.kfAccounts ?? ['kf1@shop'];
  const agents = options.agents ?? accounts.map((account) => ({ account, nick: account }));
  const official = openOfficialDesk({ account: parts.account, now, visitors, agents, tell });
  const server = await openServer({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    now,
    keep,
    handle: openApi({ ...parts, official, pictureUrl }),
    refuse: (errcode) => refuse(errcode, now()),
  });
  const delivery: Delivery = {
    outgoing,
    now,
    answerTimeoutMs: options.answerTimeoutMs ?? 5000,
    maxTries: options.maxPushTries ?? 3,
  };
  function pictureUrl(id: string): string {
    return `${server.url}/pic/${id}`;
  }

  const prepare = (url: string, message: PushMessage, forgery?: Forgery) =>
    preparePush(parts.account(), { url, now: now() }, { message, ...(forgery && { forgery }) });

  function push(pushUrl: string, given: PushMessage): Promise<Pushed> {
    const message = parts.complete(given);
    const act = actOf(parts.account(), message);
    if (act !== undefined) visitors.act(message.FromUserName, act, Number(message.CreateTime));
    const tries = official.isServed(message.FromUserName) ? 0 : delivery.maxTries;
    return deliver(message, prepare(pushUrl, message), tries);
  }
  /** The official tool itself has something to tell, whoever is served. */
  function tell(pushUrl: string, given: PushMessage): Promise<Pushed> {
    const message = parts.complete(given);
    return deliver(message, prepare(pushUrl, message), delivery.maxTries);
  }
  async function deliver(message: PushMessage, request: Pushed['request'], maxTries: number) {
    const at = now();
    const attempts = maxTries === 0 ? [] : await deliverPush({ ...delivery, maxTries }, request);
    const pushed = describePush({ at, message, request }, attempts);
    parts.pushes.add(pushed);
    official.followPush(pushed);
    return pushed;
  }

  return {
    ...server,
    get switchedOff() {
      return server.switchedOff;
    },
    get account() {
      return parts.account();
    },
    change: parts.change,
    sends: parts.sends,
    refusedSends: parts.refusedSends,
    typings: parts.typings,
    subscriptions: openSubscriptionDesk(parts.subscriptions, { account: parts.account, now, push }),
    pushes: parts.pushes,
    tokens: parts.tokens,
    nextSend: (matches, timeoutMs) => parts.sends.next(matches, timeoutMs),
    visitor: visitors.get,
    actSilently: (openid, act, createTimeSec = Math.floor(now() / 1000)) =>
      visitors.act(openid, act, createTimeSec),
    media,
    verify: (pushUrl, forgery) =>
      verifyAddress(outgoing, prepareVerification(parts.account(), { url: pushUrl, now: now() }, forgery), {
        method: forgery?.method ?? 'GET',
        headers: { 'User-Agent': 'Mozilla/4.0', ...forgery?.headers },
        timeoutMs: delivery.answerTimeoutMs,
      }),
    push,
    pushText: (pushUrl, openid, text) =>
      push(pushUrl, { FromUserName: openid, MsgType: 'text', Content: text }),
    pushImage(pushUrl, openid, bytes) {
      const medium = media.add(bytes, sniffFormat(bytes) === 'mp4' ? 'video' : 'image');
      const fields = { PicUrl: pictureUrl(medium.id), MediaId: medium.id };
      return push(pushUrl, { FromUserName: openid, MsgType: 'image', ...fields });
    },
    pushEnter: (pushUrl, openid, sessionFrom = '') =>
      push(pushUrl, {
        FromUserName: openid,
        MsgType: 'event',
        Event: 'user_enter_tempsession',
        SessionFrom: sessionFrom,
      }),
    forge(pushUrl, given, forgery) {
      const message = parts.complete(given);
      return deliver(message, prepare(pushUrl, message, forgery), 1);
    },
    repeat: ({ message, request }) => deliver(message, request, 1),
    official,
    async close() {
      outgoing.close();
      const { notices, refusedNotices } = parts.subscriptions;
      const records = [parts.sends, parts.refusedSends, parts.typings, parts.pushes, notices, refusedNotices];
      for (const record of records) record.close();
      await server.close();
    },
  };
}

function openParts(options: WeChatOptions) {
  const now = options.now ?? Date.now;
  const keep = options.record === false ? 0 : (options.keep ?? 1000);
  let current: Account = options;
  const account = () => current;
  const visitors = openVisitors(account, now);
  const isVisitor = (openid: string) => visitors.get(openid) !== undefined;
  let msgId = BigInt(now()) * 10_000n; // 17 digits: neighbours are one number to a careless JSON.parse
  return {
    now,
    keep,
    account,
    change(settings: Partial<Account>) {
      current = { ...current, ...settings };
    },
    /** What WeChat adds to a visitor's act. */
    complete(given: PushMessage): PushMessage {
      const { FromUserName, MsgType, ...rest } = given;
      const made = {
        ToUserName: current.originalId,
        FromUserName,
        CreateTime: Math.floor(now() / 1000),
        MsgType,
      };
      if (MsgType === 'event') return { ...made, ...rest };
      msgId += 1n;
      return { ...made, MsgId: msgId, ...rest };
    },
    outgoing: openOutgoing(),
    tokens: {
      ...openTokens(account, now, options.tokenLimits),
      ...(options.checkToken && { check: options.checkToken }),
    },
    visitors,
    subscriptions: openSubscriptions(options, { now, keep, isVisitor }),
    media: openMediaShelf(now, options.imageMaxBytes ?? 2 * 1024 * 1024),
    sends: new Timeline<Send>('a send', keep),
    refusedSends: new Timeline<RefusedSend>('a refused send', keep),
    typings: new Timeline<Typing>('a typing', keep),
    pushes: new Timeline<Pushed>('a push', keep),
    limits: {
      textMaxBytes: options.textMaxBytes ?? 2048,
      sendPerMinute: options.sendPerMinute ?? Number.POSITIVE_INFINITY,
      sendPerDay: options.sendPerDay ?? Number.POSITIVE_INFINITY,
    },
  };
}
