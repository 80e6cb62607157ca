import { randomBytes } from 'node:crypto';
import type { Desk, Seen, Words } from './desk.ts';
import type { SessionState } from './state.ts';
import { describeTries, leave } from './tries.ts';
import { imNameOf } from './vendors/easemob/im-names.ts';
import {
  type Enquiry,
  type HandoverAsked,
  type PretendedEasemob,
  startEasemob,
  type VisitorMessage,
} from './vendors/easemob.ts';
import { isRecord } from './vendors/json.ts';
import type { CallEnd } from './written.ts';

/** The vendor's own list, and 人工. */
const handoverWords = ['人工', '转人工', '转坐席', '转人工客服', '转人工坐席', '转人工服务'];

/** Easemob tries once more, at once; here there is time to bring the bridge back. */
const resendAfterMs = 5000;

/** The pretended Easemob with its two agents, as a desk; visitors are IM users. */
export async function startEasemobDesk(callbackUrl: string, now: () => number): Promise<Desk> {
  const secrets = {
    clientId: `YXA6${randomBytes(16).toString('base64url')}`,
    clientSecret: `YXA6${randomBytes(24).toString('base64url')}`,
    callbackSecret: randomBytes(16).toString('hex'),
  };
  const app = {
    orgName: '1100200300',
    appName: 'kefuchannelapp5833',
    imServiceNumber: 'kefuchannelimid_100001',
  };
  const easemob = await startEasemob({
    ...secrets,
    ...app,
    callbackUrl,
    now,
    resendAfterMs,
    // A killed bridge would else be left alone for minutes.
    maxCallbackFailures: Number.POSITIVE_INFINITY,
  });
  return {
    vendor: 'easemob',
    settings: { ...app, restBase: easemob.url, kefuBase: easemob.url, handoverWords },
    secrets,
    againAfterMs: resendAfterMs,
    maxTries: easemob.settings.maxCallbackTries,
    get isOn() {
      return easemob.switchedOff === false;
    },
    get isStaffed() {
      return isStaffed(easemob);
    },
    get revision() {
      return (
        easemob.messages.count + easemob.requests.count + easemob.callbacks.count + countSessions(easemob)
      );
    },
    turn: (isOn) => (isOn ? easemob.switchOn() : easemob.switchOff()),
    staff(isOnline) {
      for (const { id } of easemob.agents) leave(easemob.setOnline(id, isOnline));
    },
    // Nothing is due by the clock.
    catchUp: () => undefined,
    session: (visitor) => stateOf(easemob, imNameOf(visitor)),
    seen: (visitor) => listSeen(easemob, imNameOf(visitor)),
    say(visitor, words) {
      const name = imNameOf(visitor);
      const isServed = easemob.sessionOf(name)?.staff !== undefined;
      return isServed || isStaffed(easemob) ? say(easemob, name, words) : undefined;
    },
    endSession(visitor) {
      const name = imNameOf(visitor);
      if (easemob.sessionOf(name) === undefined) return false;
      leave(easemob.endSession(name));
      return true;
    },
    inviteRating(visitor) {
      const name = imNameOf(visitor);
      if (!easemob.sessions.some((session) => session.visitor === name && session.state === 'agent'))
        return false;
      leave(easemob.inviteRating(name));
      return true;
    },
    requests: () => easemob.requests.all,
    isAbout: ({ path, body }, visitor) =>
      body.includes(imNameOf(visitor)) || path.endsWith('/token') || path.endsWith('/chatfiles'),
    knocks: () => easemob.callbacks.all.flatMap(({ attempts }) => describeTries(attempts)),
    close: easemob.close,
  };
}

function isStaffed({ agents }: PretendedEasemob): boolean {
  return agents.some(({ isOnline }) => isOnline);
}

async function say(easemob: PretendedEasemob, name: string, words: Words): Promise<CallEnd> {
  const { verdict, attempts, fields } =
    'text' in words
      ? await easemob.agentSays(name, words.text)
      : await easemob.agentSendsPicture(name, words.picture);
  const vendorId = idIn(fields.payload);
  return {
    isTaken: verdict.kind === 'accepted',
    tries: attempts.length,
    ...(vendorId !== undefined && { vendorId }),
  };
}

/** The helpdesk's own id of a message. */
function idIn(payload: unknown): string | undefined {
  const ext = isRecord(payload) ? payload.ext : undefined;
  const weichat = isRecord(ext) ? ext.weichat : undefined;
  const id = isRecord(weichat) ? weichat.msgId : undefined;
  return typeof id === 'string' ? id : undefined;
}

function stateOf(easemob: PretendedEasemob, name: string): SessionState {
  const session = easemob.sessionOf(name);
  if (session === undefined) return 'none';
  if (session.state !== 'waiting') return session.state;
  // Who waits while nobody is there has left a message.
  return isStaffed(easemob) ? 'queued' : 'message';
}

/** Grows when sessions begin, change hands or end. */
function countSessions({ sessions }: PretendedEasemob): number {
  const count = (isCounted: (session: (typeof sessions)[number]) => boolean) =>
    sessions.filter(isCounted).length;
  return (
    sessions.length +
    count(({ state }) => state !== 'waiting') +
    count(({ endedAt }) => endedAt !== undefined)
  );
}

/** Messages, and what messages came to: a request for an agent, a rating. */
function listSeen(easemob: PretendedEasemob, name: string): readonly Seen[] {
  const isOwn = ({ visitor }: { readonly visitor: string }) => visitor === name;
  return [
    ...easemob.messages.all.filter(isOwn).map(describeMessage),
    ...easemob.handovers.all.filter(isOwn).map((asked) => describeHandover(easemob, asked)),
    ...easemob.enquiries.all.filter(isOwn).map((enquiry) => describeEnquiry(easemob, enquiry)),
  ].toSorted((one, other) => one.at - other.at);
}

function describeMessage({ at, text, file, type }: VisitorMessage): Seen {
  // Where no robot serves, an agent is asked for in words.
  if (text === '转人工') return { at, from: 'deed', deed: 'asked', text, writtenAs: handoverWords };
  const words = file === undefined ? { text: text || `[${type}]` } : { picture: file.bytes };
  return { at, from: 'visitor', words };
}

function describeHandover(easemob: PretendedEasemob, { at, visitor }: HandoverAsked): Seen {
  const text = easemob.sessionOf(visitor)?.staff?.name ?? '';
  return { at, from: 'deed', deed: 'asked', text, writtenAs: handoverWords };
}

function describeEnquiry({ settings }: PretendedEasemob, { at, args }: Enquiry): Seen {
  const place = settings.degrees.findIndex(({ id }) => id === args.evaluationDegreeId);
  const text = settings.degrees[place]?.name ?? String(args.summary);
  return { at, from: 'deed', deed: 'rated', text, writtenAs: [String(place + 1), text] };
}
