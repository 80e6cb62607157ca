import type { Message } from '../../../src/model/message.ts';
import type { SendAttempt, SendOutcome } from '../../../src/ports/channel.ts';
import type { Delivery } from '../../../src/ports/helpdesk.ts';
import { textOf } from '../turns/world.ts';
import { type Course, mayDie, type Party } from './course.ts';
import { bring } from './deeds.ts';
import type { Answer } from './script.ts';

/** WeChat answers a send: by its own rules, and where they allow it as the script says. */
export async function answerSend(course: Course, reply: Message, attempt: SendAttempt): Promise<SendOutcome> {
  const { world, referee, interruptions } = course;
  const party = course.parties.find(({ visitor }) => visitor === attempt.visitor)!;
  const isPicture = reply.parts.some(({ kind }) => kind !== 'text');
  if (isPicture && attempt.progress === null) return { outcome: 'more', progress: 'uploaded' };
  const now = world.clock.now();
  if (now < course.pausedUntil) {
    return { outcome: 'pause', code: '45011', untilMs: course.pausedUntil, isUntried: true };
  }
  const rows = referee.judgeSend(party, reply);
  const reserved = { takeBack: party.known.spend(now), acts: party.known.acts };
  const verdict = verdictOn(course, reply, party);
  if (verdict.isTaken) {
    party.real.spend(now);
    party.sentAt.push(now);
    referee.arrived(party, rows);
  }
  party.calls += 1;
  const isAlive = interruptions.watchLife();
  await interruptions.takeDeferred()?.();
  await meanwhile(course, verdict.answer);
  const { outcome } = verdict;
  if (outcome === 'death') interruptions.die();
  // The answer comes to nobody.
  if (!isAlive() || outcome === 'death') return new Promise(() => {});
  party.calls -= 1;
  if (outcome.outcome === 'pause') course.pausedUntil = outcome.untilMs;
  if (outcome.outcome === 'unknown') noteLost(course, party, rows);
  course.onCommit.set(attempt.key, () => settle(party, outcome, reserved));
  return outcome;
}

interface Verdict {
  readonly outcome: SendOutcome | 'death';
  /** It counts, and reaches the visitor, whatever the bridge is told. */
  readonly isTaken: boolean;
  /** The script's answer, where the rules allow the send. */
  readonly answer?: Answer;
}

function verdictOn(course: Course, reply: Message, { real }: Party): Verdict {
  const now = course.world.clock.now();
  if (real.left(now) <= 0) {
    const outcome: SendOutcome = real.isOpen(now)
      ? { outcome: 'held', code: '45047', because: 'allowance' }
      : { outcome: 'held', code: '45015', because: 'window' };
    return { outcome, isTaken: false };
  }
  if (textOf(reply).includes('bad'))
    return { outcome: { outcome: 'refused', code: '87014' }, isTaken: false };
  const [answer = { say: 'ok' }, ...others] = course.answers;
  course.answers = others;
  const isDeath = answer.say === 'death' || answer.say === 'deathArrived';
  const said = isDeath && !mayDie(course) ? { say: 'ok' as const } : answer;
  const isTaken = ['ok', 'slow', 'lostArrived', 'deathArrived'].includes(said.say);
  return { outcome: outcomeOf(said, now), isTaken, answer: said };
}

function outcomeOf({ say }: Answer, now: number): SendOutcome | 'death' {
  switch (say) {
    case 'ok':
    case 'slow':
      return { outcome: 'accepted' };
    case 'busy':
      return { outcome: 'later', code: '-1', because: 'vendor' };
    case 'faulty':
      return { outcome: 'later', code: 'faulty', because: 'message' };
    case 'refused':
      return { outcome: 'refused', code: '40003' };
    case 'lost':
    case 'lostArrived':
      return { outcome: 'unknown', code: 'cut' };
    case 'minute':
      return { outcome: 'pause', code: '45011', untilMs: (Math.floor(now / 60_000) + 1) * 60_000 };
    case 'death':
    case 'deathArrived':
      return 'death';
    default:
      return say satisfies never;
  }
}

async function meanwhile(course: Course, answer: Answer | undefined): Promise<void> {
  if (answer?.amid) {
    course.isRacing = true;
    await bring(course, answer.amid);
  }
  if (answer?.say === 'slow') {
    await new Promise<void>((resolve) => course.world.clock.after(4000, resolve));
  }
}

/** What the bridge knows once it has written the outcome down. */
function settle(
  { known }: Party,
  outcome: SendOutcome,
  reserved: { readonly takeBack: () => void; readonly acts: number },
): void {
  switch (outcome.outcome) {
    case 'held':
      if (known.acts === reserved.acts) known.refused(outcome.because);
      return;
    case 'accepted':
    case 'unknown':
      return;
    default:
      reserved.takeBack();
  }
}

/** How often a send may be made whose answer is lost each time. */
const mostLost = { 'retry-once': 2, retry: Number.POSITIVE_INFINITY, ask: 1, drop: 1, settle: 0 };

function noteLost(course: Course, party: Party, rows: readonly { readonly id: string }[]): void {
  for (const { id } of rows) {
    const times = (party.lost.get(id) ?? 0) + 1;
    party.lost.set(id, times);
    if (times > mostLost[course.script.onUnknown]) {
      course.referee.blame('a send whose answer was lost was repeated once too often');
    }
  }
}

/** The helpdesk answers a forward as the script says. */
export function answerForward(course: Course, message: Message): Delivery {
  const word = textOf(message);
  const party = course.parties.find(({ words }) => words.includes(word))!;
  const [say = 'ok', ...others] = course.deskAnswers;
  course.deskAnswers = others;
  if (say === 'ok' || say === 'lostArrived') {
    if (message.seq < Math.max(0, ...party.heard) && !party.heard.has(message.seq)) {
      course.referee.blame(`${word} reached the desk out of order`);
    }
    party.heard.add(message.seq);
  }
  switch (say) {
    case 'ok':
      return { outcome: 'accepted' };
    case 'busy':
      return { outcome: 'later', code: 'busy', because: 'vendor' };
    case 'nobody':
      return { outcome: 'later', code: 'nobody', because: 'nobody', untilEvent: true };
    case 'refused':
      return { outcome: 'refused', code: 'no' };
    case 'lost':
    case 'lostArrived':
      return { outcome: 'unknown', code: 'cut' };
    default:
      return say satisfies never;
  }
}
