import { randomBytes } from 'node:crypto';
import type { Desk, Knock, Seen, Words } from './desk.ts';
import { openLinkedPictures } from './linked-pictures.ts';
import type { SessionState } from './state.ts';
import {
  type Application,
  type PretendedZhichi,
  type Pushed,
  type Rating,
  startZhichi,
  type VisitorMessage,
} from './vendors/zhichi.ts';
import type { CallEnd } from './written.ts';

const handoverWords = ['人工', '转人工', '人工客服', '转人工客服'];

/** Slower than the default, so that there is time to bring the bridge back; Zhichi's own pause is not documented. */
const resendAfterMs = 5000;
const maxTries = 3;

/** The pretended Zhichi with its two agents, as a desk. */
export async function startZhichiDesk(callbackUrl: string, now: () => number): Promise<Desk> {
  const appId = randomBytes(16).toString('hex');
  const secrets = {
    appKey: randomBytes(16).toString('hex'),
    callbackToken: randomBytes(16).toString('hex'),
  };
  const zhichi = await startZhichi({
    appId,
    appKey: secrets.appKey,
    pushUrl: `${callbackUrl}/push-${secrets.callbackToken}`,
    now,
    resendAfterMs,
    maxPushTries: maxTries,
  });
  const pictures = openLinkedPictures();
  return {
    vendor: 'zhichi',
    settings: {
      appId,
      baseUrl: zhichi.url,
      uidTemplate: '{openid}',
      handoverWords,
      // What was pushed in vain while the bridge was away is found in the record.
      repair: 'deliver',
      repairPollSec: 10,
    },
    secrets,
    againAfterMs: resendAfterMs,
    maxTries,
    get isOn() {
      return zhichi.switchedOff === false;
    },
    get isStaffed() {
      return isStaffed(zhichi);
    },
    get revision() {
      const { messages, requests, pushes, sessions, queue } = zhichi;
      const ended = sessions.filter(({ endedAt }) => endedAt !== undefined).length;
      const counts = [messages.count, requests.count, pushes.count, sessions.length, ended, queue.length];
      return counts.reduce((sum, count) => sum + count, pictures.revision);
    },
    turn: (isOn) => (isOn ? zhichi.switchOn() : zhichi.switchOff()),
    staff(isOnline) {
      for (const { id } of zhichi.agents) leave(zhichi.setOnline(id, isOnline));
    },
    catchUp: () => leave(zhichi.applyTimeouts()),
    session: (visitor) => sessionOf(zhichi, visitor),
    seen: (visitor) => listSeen(zhichi, pictures.find, visitor),
    say(visitor, words) {
      if (zhichi.sessionOf(visitor) === undefined && !isStaffed(zhichi)) return undefined;
      return say(zhichi, visitor, words);
    },
    endSession(visitor) {
      if (zhichi.sessionOf(visitor) === undefined) return false;
      leave(zhichi.endSession(visitor));
      return true;
    },
    inviteRating(visitor) {
      if (!zhichi.sessions.some(({ partnerId }) => partnerId === visitor)) return false;
      leave(zhichi.inviteRating(visitor));
      return true;
    },
    requests: () => zhichi.requests.all,
    knocks: () => zhichi.pushes.all.flatMap(describeKnocks),
    async close() {
      pictures.close();
      await zhichi.close();
    },
  };
}

function isStaffed({ agents }: PretendedZhichi): boolean {
  return agents.some(({ isOnline }) => isOnline);
}

/** What becomes of these pushes is shown from Zhichi's own record; who acted does not wait for it. */
function leave(pushes: Promise<unknown>): void {
  pushes.catch(() => undefined);
}

async function say(zhichi: PretendedZhichi, visitor: string, words: Words): Promise<CallEnd> {
  const { verdict, attempts, body } =
    'text' in words
      ? await zhichi.agentSays(visitor, words.text)
      : await zhichi.agentSendsPicture(visitor, words.picture);
  const vendorId = typeof body === 'string' ? undefined : body.msgId;
  return {
    isTaken: verdict.kind === 'accepted',
    tries: attempts.length,
    ...(typeof vendorId === 'string' && { vendorId }),
  };
}

function sessionOf(zhichi: PretendedZhichi, visitor: string): SessionState {
  if (zhichi.sessionOf(visitor) !== undefined) return 'agent';
  return zhichi.queue.some(({ partnerId }) => partnerId === visitor) ? 'queued' : 'none';
}

type FindPicture = (url: string) => Buffer | undefined;

/** Messages, and what messages came to: a request for an agent, a rating. */
function listSeen(zhichi: PretendedZhichi, findPicture: FindPicture, visitor: string): readonly Seen[] {
  const isOwn = ({ partnerId }: { readonly partnerId: string }) => partnerId === visitor;
  return [
    ...zhichi.messages.all.filter(isOwn).map((message) => describeMessage(message, findPicture)),
    ...zhichi.applications.all.filter(isOwn).filter(isNews).map(describeApplication),
    ...zhichi.ratings.all.filter(isOwn).map(describeRating),
  ].toSorted((one, other) => one.at - other.at);
}

/** Who waits is asked for again and again. */
function isNews({ item }: Application, index: number, all: readonly Application[]): boolean {
  return item.status !== all[index - 1]?.item.status;
}

function describeApplication({ at, item }: Application): Seen {
  const text = typeof item.agent_name === 'string' ? item.agent_name : String(item.status);
  return { at, from: 'deed', deed: 'asked', text, writtenAs: handoverWords };
}

const gradeNames = ['非常不满意', '不满意', '一般', '满意', '非常满意'];

function describeRating({ at, payload }: Rating): Seen {
  const score = Number(payload.score);
  const text = gradeNames[score - 1] ?? String(score);
  return { at, from: 'deed', deed: 'rated', text, writtenAs: [String(6 - score), text] };
}

/** A picture is a link to the bridge's own copy. */
function describeMessage({ at, type, content }: VisitorMessage, findPicture: FindPicture): Seen {
  const picture = type === 'image' ? findPicture(content) : undefined;
  return { at, from: 'visitor', words: picture === undefined ? { text: content } : { picture } };
}

function describeKnocks({ attempts }: Pushed): readonly Knock[] {
  return attempts.map(({ at, tookMs, request, status = 0, answer = '' }) => ({
    at,
    tookMs,
    url: request.url,
    body: request.body,
    status,
    answer,
  }));
}
