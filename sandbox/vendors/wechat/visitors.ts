import { openBoundedMap } from '../bounded-map.ts';
import type { Account } from './account.ts';
import type { PushMessage } from './body.ts';

/** What WeChat knows of a visitor. Times are milliseconds. */
export interface Visitor {
  readonly openid: string;
  /** Sends that are left, if `endsAt` is not over. */
  readonly remaining: number;
  readonly endsAt: number;
  /** When a message went either way, by WeChat's clock. */
  readonly lastMessageAt: number;
  readonly typingUntil: number;
}

/** What a visitor can do that grants sends. `unfollow` takes all away; `other` only makes the visitor known. */
export type Act = 'message' | 'enter' | 'menuItem' | 'menu' | 'follow' | 'scan' | 'unfollow' | 'other';

export interface Visitors {
  get(openid: string): Visitor | undefined;
  values(): Iterable<Visitor>;
  /** The grant counts from `createTimeSec`, not from arrival. */
  act(openid: string, act: Act, createTimeSec: number): void;
  /** 0 if a send is allowed now, else 45015 (no window) or 45047 (the grant is used up). */
  check(openid: string): number;
  /** Counts one send; call it after `check` said 0. */
  countSend(openid: string): void;
  type(openid: string, untilMs: number): void;
}

/** Sends and seconds by act (WeChat, customer-service message pages). */
const grants: Readonly<
  Record<'miniprogram' | 'official', Readonly<Partial<Record<Act, readonly [number, number]>>>>
> = {
  miniprogram: { message: [5, 172_800], enter: [2, 60] },
  official: { message: [5, 172_800], menuItem: [3, 60], menu: [3, 60], follow: [3, 60], scan: [3, 60] },
};

const maxVisitors = 200_000;

export function openVisitors(account: () => Account, now: () => number): Visitors {
  const visitors = openBoundedMap<Visitor>({ maxCount: maxVisitors });
  const find = (openid: string): Visitor =>
    visitors.get(openid) ?? { openid, remaining: 0, endsAt: 0, lastMessageAt: 0, typingUntil: 0 };
  const change = (openid: string, changes: Partial<Visitor>) =>
    visitors.set(openid, { ...find(openid), ...changes });
  return {
    get: visitors.get,
    values: visitors.values,
    act(openid, act, createTimeSec) {
      const visitor = find(openid);
      const grant = grants[account().kind === 'miniprogram' ? 'miniprogram' : 'official'][act];
      const isOpen = visitor.endsAt > now();
      change(openid, {
        ...(act === 'message' && { lastMessageAt: Math.max(visitor.lastMessageAt, createTimeSec * 1000) }),
        ...(act === 'unfollow' && { remaining: 0, endsAt: 0 }),
        ...(grant !== undefined && {
          // Not cumulative: the greatest count and the latest deadline of the grants that are valid.
          remaining: Math.max(isOpen ? visitor.remaining : 0, grant[0]),
          endsAt: Math.max(visitor.endsAt, (createTimeSec + grant[1]) * 1000),
        }),
      });
    },
    check(openid) {
      const visitor = find(openid);
      if (visitor.endsAt <= now()) return 45015;
      return visitor.remaining > 0 ? 0 : 45047;
    },
    countSend(openid) {
      change(openid, { remaining: find(openid).remaining - 1, lastMessageAt: now(), typingUntil: 0 });
    },
    type: (openid, untilMs) => change(openid, { typingUntil: untilMs }),
  };
}

/** What this push says that the visitor did; `undefined` for pushes that concern no visitor. */
export function actOf(account: Account, message: PushMessage): Act | undefined {
  if (!/^o[\w-]+$/.test(message.FromUserName)) return undefined;
  if (message.MsgType !== 'event') return message.bizmsgmenuid === undefined ? 'message' : 'menuItem';
  const event = String(message.Event);
  if (account.kind === 'miniprogram') return event === 'user_enter_tempsession' ? 'enter' : undefined;
  return officialActs[event] ?? 'other';
}

const officialActs: Readonly<Record<string, Act>> = {
  CLICK: 'menu',
  scancode_push: 'menu',
  scancode_waitmsg: 'menu',
  subscribe: 'follow',
  SCAN: 'scan',
  unsubscribe: 'unfollow',
};
