import { randomBytes } from 'node:crypto';
import type { Desk, Seen, Words } from './desk.ts';
import type { SessionState } from './state.ts';
import { describeTries, leave } from './tries.ts';
import {
  type Application,
  type Evaluation,
  type PretendedQiyu,
  startQiyu,
  type VisitorMessage,
} from './vendors/qiyu.ts';
import type { CallEnd } from './written.ts';

const handoverWords = ['人工', '转人工', '人工客服', 'rg'];

/** Slower than the default, so that there is time to bring the bridge back; Qiyu's own pause is not documented. */
const resendAfterMs = 5000;

/** The pretended Qiyu with its two agents, as a desk. */
export async function startQiyuDesk(callbackUrl: string, now: () => number): Promise<Desk> {
  const secrets = {
    appKey: randomBytes(16).toString('hex'),
    appSecret: randomBytes(16).toString('hex').toUpperCase(),
  };
  const qiyu = await startQiyu({
    ...secrets,
    callbackUrl,
    now,
    resendAfterMs,
    // A killed bridge would else be left alone for an hour.
    maxCallbackFailures: Number.POSITIVE_INFINITY,
  });
  const sessions = openSessions(qiyu);
  return {
    vendor: 'qiyu',
    settings: { baseUrl: qiyu.url, handoverWords },
    secrets,
    againAfterMs: resendAfterMs,
    maxTries: qiyu.settings.maxCallbackTries,
    get isOn() {
      return qiyu.switchedOff === false;
    },
    get isStaffed() {
      return isStaffed(qiyu);
    },
    get revision() {
      return qiyu.messages.count + qiyu.requests.count + qiyu.callbacks.count + sessions.revision();
    },
    turn: (isOn) => (isOn ? qiyu.switchOn() : qiyu.switchOff()),
    staff(isOnline) {
      for (const { id } of qiyu.agents) leave(qiyu.setOnline(id, isOnline));
    },
    catchUp: () => leave(qiyu.applyTimeouts()),
    session: sessions.of,
    seen: (visitor) => listSeen(qiyu, visitor),
    say(visitor, words) {
      if (qiyu.sessionOf(visitor) === undefined && !isStaffed(qiyu)) return undefined;
      return say(qiyu, visitor, words);
    },
    endSession(visitor) {
      if (qiyu.sessionOf(visitor) === undefined) return false;
      leave(qiyu.endSession(visitor));
      return true;
    },
    inviteRating(visitor) {
      if (!qiyu.sessions.some(({ uid, kind }) => uid === visitor && kind === 'human')) return false;
      leave(qiyu.inviteRating(visitor));
      return true;
    },
    requests: () => qiyu.requests.all,
    knocks: () => qiyu.callbacks.all.flatMap(({ attempts }) => describeTries(attempts)),
    close: qiyu.close,
  };
}

function isStaffed({ agents }: PretendedQiyu): boolean {
  return agents.some(({ isOnline }) => isOnline);
}

async function say(qiyu: PretendedQiyu, visitor: string, words: Words): Promise<CallEnd> {
  const called =
    'text' in words
      ? await qiyu.agentSays(visitor, words.text)
      : await qiyu.agentSendsPicture(visitor, words.picture);
  const { verdict, tries, body } = called;
  const vendorId = typeof body === 'string' ? undefined : body.msgId;
  return {
    isTaken: verdict.kind === 'accepted',
    tries,
    ...(typeof vendorId === 'string' && { vendorId }),
  };
}

interface Sessions {
  of(visitor: string): SessionState;
  /** Grows when sessions begin or end. */
  revision(): number;
}

function openSessions(qiyu: PretendedQiyu): Sessions {
  return {
    of(visitor) {
      const session = qiyu.sessionOf(visitor);
      if (session !== undefined) return session.kind === 'robot' ? 'robot' : 'agent';
      if (qiyu.queue.some(({ uid }) => uid === visitor)) return 'queued';
      const last = qiyu.messages.all.findLast(({ uid }) => uid === visitor);
      return last?.state === 'left' && !isStaffed(qiyu) ? 'message' : 'none';
    },
    revision: () =>
      qiyu.sessions.length +
      qiyu.sessions.filter(({ endedAt }) => endedAt !== undefined).length +
      qiyu.queue.length,
  };
}

/** Messages, and what messages came to: a request for an agent, a rating. */
function listSeen(qiyu: PretendedQiyu, visitor: string): readonly Seen[] {
  const isOwn = ({ uid }: { readonly uid: string }) => uid === visitor;
  return [
    ...qiyu.messages.all.filter(isOwn).map(describeMessage),
    ...qiyu.applications.all.filter(isOwn).map(describeApplication),
    ...qiyu.evaluations.all.filter(isOwn).map((evaluation) => describeEvaluation(qiyu, evaluation)),
  ].toSorted((one, other) => one.at - other.at);
}

function describeApplication({ at, code, answer }: Application): Seen {
  const text = code === 200 ? String(answer.staffName ?? '') : String(code);
  return { at, from: 'deed', deed: 'asked', text, writtenAs: handoverWords };
}

function describeEvaluation({ settings }: PretendedQiyu, { at, evaluation }: Evaluation): Seen {
  const { list } = settings.evaluationModel;
  const place = list.findIndex(({ value }) => value === evaluation);
  const text = list[place]?.name ?? String(evaluation);
  return { at, from: 'deed', deed: 'rated', text, writtenAs: [String(place + 1), text] };
}

function describeMessage({ at, text, file, msgType }: VisitorMessage): Seen {
  const words = file === undefined ? { text: text ?? `[${msgType}]` } : { picture: file.bytes };
  return { at, from: 'visitor', words };
}
