import { randomBytes } from 'node:crypto';
import type { Desk, Knock, Seen, Words } from './desk.ts';
import type { SessionState } from './state.ts';
import {
  type AskedFor,
  type CalledBack,
  type PretendedMeiqia,
  type Rating,
  startMeiqia,
  type VisitorMessage,
} from './vendors/meiqia.ts';
import type { Exchange } from './vendors/server.ts';
import type { CallEnd } from './written.ts';

const handoverWords = ['转人工', '人工', '人工客服', '转人工客服'];
/** By level, the best first: as the bridge numbers them. */
const grades = ['满意', '一般', '不满意'];

/** Whether Meiqia repeats a push is not documented; here there is time to bring the bridge back. */
const pushAgainAfterMs = 5000;
const pushTries = 3;

/** The pretended Meiqia with its two agents, as a desk. What no push brought is found by the bridge's own looks. */
export async function startMeiqiaDesk(callbackUrl: string, now: () => number): Promise<Desk> {
  const secrets = {
    appKey: randomBytes(16).toString('hex'),
    secretKey: `$2a$12$${randomBytes(40).toString('base64').slice(0, 53).replaceAll('+', '.')}`,
    webhookSecret: randomBytes(12).toString('hex'),
  };
  const meiqia = await startMeiqia({
    ...secrets,
    pushUrl: `${callbackUrl}/push`,
    webhookUrl: `${callbackUrl}/webhook`,
    now,
    pushTries,
    pushAgainAfterMs,
  });
  return {
    vendor: 'meiqia',
    settings: { baseUrls: [meiqia.url], handoverWords, appName: '小店' },
    secrets,
    againAfterMs: pushAgainAfterMs,
    maxTries: pushTries,
    get isOn() {
      return meiqia.switchedOff === false;
    },
    get isStaffed() {
      return isStaffed(meiqia);
    },
    get revision() {
      return meiqia.messages.count + meiqia.requests.count + meiqia.callbacks.count + countConvs(meiqia);
    },
    turn: (isOn) => (isOn ? meiqia.switchOn() : meiqia.switchOff()),
    staff(isOnline) {
      for (const { token } of meiqia.agents) meiqia.setOnline(token, isOnline);
    },
    catchUp: meiqia.applyTimeouts,
    session: (visitor) => stateOf(meiqia, visitor),
    seen: (visitor) => listSeen(meiqia, visitor),
    say(visitor, words) {
      const isServed = meiqia.conversationOf(visitor) !== undefined;
      const isKnown = meiqia.visitorOf(visitor) !== undefined;
      return isKnown && (isServed || isStaffed(meiqia)) ? say(meiqia, visitor, words) : undefined;
    },
    endSession(visitor) {
      if (meiqia.conversationOf(visitor) === undefined) return false;
      meiqia.endConversation(visitor);
      return true;
    },
    inviteRating(visitor) {
      const trackId = meiqia.visitorOf(visitor)?.trackId;
      if (!meiqia.conversations.some((conv) => conv.trackId === trackId && !conv.isRobot)) return false;
      meiqia.inviteRating(visitor);
      return true;
    },
    requests: () => meiqia.requests.all,
    isAbout: (exchange, visitor) => isAbout(meiqia, exchange, visitor),
    plain: ({ body }) => meiqia.unseal(body),
    knocks: () => meiqia.callbacks.all.flatMap(describeKnocks),
    close: meiqia.close,
  };
}

function isStaffed({ agents }: PretendedMeiqia): boolean {
  return agents.some(({ isOnline }) => isOnline);
}

async function say(meiqia: PretendedMeiqia, visitor: string, words: Words): Promise<CallEnd> {
  const { isTaken, tries, id } = await ('text' in words
    ? meiqia.agentSays(visitor, words.text)
    : meiqia.agentSendsPicture(visitor, words.picture));
  return { isTaken, tries: tries.length, ...(id !== undefined && { vendorId: id }) };
}

function stateOf(meiqia: PretendedMeiqia, visitor: string): SessionState {
  const conv = meiqia.conversationOf(visitor);
  if (conv !== undefined) return conv.isRobot ? 'robot' : 'agent';
  if (meiqia.queue.includes(visitor)) return 'queued';
  const trackId = meiqia.visitorOf(visitor)?.trackId;
  const hasLeft = meiqia.tickets.some((ticket) => ticket.trackId === trackId && ticket.status === 'open');
  return hasLeft && !isStaffed(meiqia) ? 'message' : 'none';
}

/** Grows when conversations begin or end, and when messages are left. */
function countConvs({ conversations, tickets, queue }: PretendedMeiqia): number {
  const ended = conversations.filter(({ endedAt }) => endedAt !== undefined).length;
  const left = tickets.reduce((count, { words }) => count + words.length, 0);
  return conversations.length + ended + left + queue.length;
}

/** Messages, also those that were left, and what messages came to: a request for an agent, a rating. */
function listSeen(meiqia: PretendedMeiqia, visitor: string): readonly Seen[] {
  const isOwn = ({ ownId }: { readonly ownId?: string }) => ownId === visitor;
  const trackId = meiqia.visitorOf(visitor)?.trackId;
  const tickets = meiqia.tickets.filter((ticket) => ticket.trackId === trackId);
  return [
    ...meiqia.messages.all.filter(isOwn).map(describeMessage),
    ...tickets.flatMap(({ words }) => words.map((left) => describeLeft(meiqia, left))),
    ...meiqia.wishes.all.filter(isOwn).map(describeWish),
    ...meiqia.ratings.all.filter(isOwn).map(describeRating),
  ].toSorted((one, other) => one.at - other.at);
}

function describeMessage({ at, text, file, type }: VisitorMessage): Seen {
  const words = file === undefined ? { text: text ?? `[${type}]` } : { picture: file };
  return { at, from: 'visitor', words };
}

function describeLeft(
  meiqia: PretendedMeiqia,
  { at, content }: { readonly at: number; readonly content: string },
): Seen {
  const file = meiqia.file(content);
  const words = file === undefined ? { text: content } : { picture: file.bytes };
  return { at, from: 'visitor', words };
}

function describeWish({ at, agent = '—' }: AskedFor): Seen {
  return { at, from: 'deed', deed: 'asked', text: agent, writtenAs: handoverWords };
}

function describeRating({ at, level }: Rating): Seen {
  const place = 2 - level;
  const text = grades[place] ?? String(level);
  return { at, from: 'deed', deed: 'rated', text, writtenAs: [String(place + 1), text] };
}

/** Calls name a visitor by his id at Meiqia, in the path, the query or an encrypted body. */
function isAbout(meiqia: PretendedMeiqia, { path, query, body }: Exchange, visitor: string): boolean {
  if (path === '/sdk/init_sdk_user' || path === '/oss/') return true;
  const { trackId } = meiqia.visitorOf(visitor) ?? {};
  const plain = meiqia.unseal(body) ?? body.toString();
  return [path, query, plain].some(
    (text) => text.includes(visitor) || (trackId !== undefined && text.includes(trackId)),
  );
}

function describeKnocks({ tries }: CalledBack): readonly Knock[] {
  return tries;
}
