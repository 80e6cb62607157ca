import { openBoundedMap } from '../bounded-map.ts';
import type { Account } from './account.ts';
import type { PushMessage } from './body.ts';
import type { Pushed } from './delivery.ts';
import type { Visitors } from './visitors.ts';

/** An agent of the official tool; `isOnline` unless it says otherwise. */
export interface OfficialAgent {
  readonly account: string;
  readonly nick: string;
  readonly isOnline?: boolean;
}

/** A line as agents see it, and as `getmsglist` tells it. `at` is in milliseconds. */
export interface OfficialLine {
  readonly openid: string;
  readonly by: 'visitor' | 'agent';
  readonly text: string;
  readonly at: number;
  readonly worker: string;
}

/**
 * WeChat's own customer-service tool. A visitor waits once a message of his was handed over, and is served from when an
 * agent takes him until he is let go, 30 minutes at most. What cannot be done is thrown: it is the test's mistake.
 */
export interface OfficialTool {
  /** Who waits; what he wrote since is seen only if it was handed over too. */
  readonly waiting: readonly string[];
  readonly lines: readonly OfficialLine[];
  isServed(openid: string): boolean;
  /** An agent takes a visitor who waits, for him or for anybody. The push that tells it: official accounts only. */
  take(openid: string, account?: string): Promise<Pushed | undefined>;
  pass(openid: string, account: string): Promise<Pushed | undefined>;
  close(openid: string): Promise<Pushed | undefined>;
  /** The agent who serves writes; it counts against the visitor's allowance. */
  say(openid: string, text: string): void;
  changeAgents(agents: readonly OfficialAgent[]): void;
  /** `true`: an agent serves the visitor though he does not wait; `false`: he is let go. Nobody is told. */
  serve(openid: string, isServed: boolean): void;
}

export interface OfficialDesk extends OfficialTool {
  readonly agents: () => readonly OfficialAgent[];
  /** A push went out: what was handed over is seen, and the visitor waits. */
  followPush(pushed: Pushed): void;
}

export interface OfficialParts {
  readonly account: () => Account;
  readonly now: () => number;
  readonly visitors: Visitors;
  readonly agents: readonly OfficialAgent[];
  /** Pushes an event of the tool, whoever serves. */
  readonly tell: (pushUrl: string, message: PushMessage) => Promise<Pushed>;
}

interface Seat {
  readonly openid: string;
  readonly state: 'waiting' | 'served' | 'none';
  /** Who serves, or whom the visitor waits for. */
  readonly account?: string | undefined;
  readonly until: number;
}

const sessionMs = 30 * 60_000;

export function openOfficialDesk(parts: OfficialParts): OfficialDesk {
  const { now, visitors } = parts;
  const seats = openBoundedMap<Seat>({ maxCount: 200_000 });
  const lines: OfficialLine[] = [];
  const handedOver = new Set<string>();
  let agents = parts.agents;
  // An account has one address for all its pushes.
  let pushedTo = '';
  const seatOf = (openid: string): Seat => {
    const seat = seats.get(openid) ?? { openid, state: 'none', until: 0 };
    return seat.state === 'served' && seat.until <= now() ? { ...seat, state: 'none' } : seat;
  };
  const write = (openid: string, by: OfficialLine['by'], text: string) =>
    lines.push({ openid, by, text, at: now(), worker: seatOf(openid).account ?? '' });
  const tell = async (openid: string, Event: string, fields: Readonly<Record<string, string>>) => {
    if (parts.account().kind === 'miniprogram' || pushedTo === '') return undefined;
    return parts.tell(pushedTo, { FromUserName: openid, MsgType: 'event', Event, ...fields });
  };
  const serve = (openid: string, account: string | undefined) =>
    seats.set(openid, { ...seatOf(openid), state: 'served', account, until: now() + sessionMs });
  const expectServed = (openid: string): Seat => {
    const seat = seatOf(openid);
    if (seat.state !== 'served') throw new Error('expected an agent to serve the visitor');
    return seat;
  };

  return {
    agents: () => agents,
    changeAgents(change) {
      agents = change;
    },
    get waiting() {
      return [...seats.values()].filter(({ state }) => state === 'waiting').map(({ openid }) => openid);
    },
    lines,
    isServed: (openid) => seatOf(openid).state === 'served',
    take(openid, account = agents[0]?.account ?? 'kf1@shop') {
      const seat = seatOf(openid);
      if (seat.state !== 'waiting') throw new Error('expected the visitor to wait');
      if ((seat.account ?? account) !== account)
        throw new Error(`expected ${seat.account} to take the visitor`);
      serve(openid, account);
      return tell(openid, 'kf_create_session', { KfAccount: account });
    },
    pass(openid, account) {
      const { account: from = '' } = expectServed(openid);
      serve(openid, account);
      return tell(openid, 'kf_switch_session', { FromKfAccount: from, ToKfAccount: account });
    },
    close(openid) {
      const { account = '' } = expectServed(openid);
      const told = tell(openid, 'kf_close_session', { KfAccount: account, CloseType: 'KF' });
      seats.set(openid, { ...seatOf(openid), state: 'none' });
      return told;
    },
    say(openid, text) {
      expectServed(openid);
      const errcode = visitors.check(openid);
      if (errcode !== 0) throw new Error(`expected a send to be allowed, got ${errcode}`);
      visitors.countSend(openid);
      write(openid, 'agent', text);
    },
    serve(openid, isServed) {
      if (isServed) serve(openid, agents[0]?.account);
      else seats.set(openid, { ...seatOf(openid), state: 'none' });
    },
    followPush({ message, request, verdict }) {
      const { FromUserName: openid, MsgType, MsgId } = message;
      const seat = seatOf(openid);
      pushedTo = request.url.replace(/\?.*$/, '');
      const isMessage = MsgType !== 'event';
      const text = typeof message.Content === 'string' ? message.Content : `[${MsgType}]`;
      if (seat.state === 'served' && isMessage) write(openid, 'visitor', text);
      if (verdict.kind !== 'transfer' || handedOver.has(String(MsgId))) return;
      handedOver.add(String(MsgId));
      seats.set(openid, { ...seat, state: 'waiting', account: verdict.account });
      write(openid, 'visitor', text);
    },
  };
}
