import { cardOf } from './cards.ts';
import type { Knock, Seen, Words } from './desk.ts';
import type { Card, VisitorState } from './state.ts';
import { isRecord } from './vendors/json.ts';
import type { Exchange } from './vendors/server.ts';
import { writeBody } from './vendors/wechat/body.ts';
import { type Account, type PretendedWeChat, type Pushed, type Send, startWeChat } from './vendors/wechat.ts';
import type { CallEnd, Repeats } from './written.ts';

/** WeChat as the sandbox drives and shows it: visitors who write, and what reaches their phones. */
export interface Phones extends Repeats {
  readonly url: string;
  readonly isOn: boolean;
  readonly revision: number;
  turn(isOn: boolean): Promise<void>;
  write(visitor: string, words: Words): Promise<CallEnd>;
  /** `from`: what the mini-program says of the button that he pressed. */
  enter(visitor: string, from: string): void;
  allowance(visitor: string): VisitorState['allowance'];
  /** What the bridge sent, in order of arrival. */
  seen(visitor: string): readonly Seen[];
  /** When what has this body was pushed first. */
  pushedAt(body: string): number | undefined;
  requests(): readonly Exchange[];
  knocks(): readonly (Knock & { readonly plain: string })[];
  close(): Promise<void>;
}

const answerTimeoutMs = 5000;
const maxPushTries = 3;

export async function startPhones(account: Account, pushUrl: string, now: () => number): Promise<Phones> {
  const wechat = await startWeChat({ ...account, now, answerTimeoutMs, maxPushTries });
  const media = openSentMedia(wechat.url);
  return {
    url: wechat.url,
    get isOn() {
      return wechat.switchedOff === false;
    },
    get revision() {
      return wechat.sends.count + wechat.requests.count + wechat.pushes.count + media.revision();
    },
    againAfterMs: answerTimeoutMs,
    maxTries: maxPushTries,
    turn: (isOn) => (isOn ? wechat.switchOn() : wechat.switchOff()),
    async write(visitor, words) {
      const pushed =
        'text' in words
          ? await wechat.pushText(pushUrl, visitor, words.text)
          : await wechat.pushImage(pushUrl, visitor, words.picture);
      return { isTaken: !pushed.isNoticed, tries: pushed.tries };
    },
    enter(visitor, from) {
      wechat.pushEnter(pushUrl, visitor, from).catch(() => undefined); // shown from the record of pushes
    },
    allowance(visitor) {
      const { remaining = 0, endsAt = 0 } = wechat.visitor(visitor) ?? {};
      return { sends: remaining, endsAt };
    },
    seen: (visitor) =>
      wechat.sends.all
        .filter(({ openid }) => openid === visitor)
        .map((send) => ({ at: send.at, from: 'agent', words: wordsOf(send, media) })),
    pushedAt: openPushTimes(wechat),
    requests: () => wechat.requests.all,
    knocks: () => wechat.pushes.all.flatMap((pushed) => describeKnocks(pushed, answerTimeoutMs)),
    close: wechat.close,
  };
}

/** Looked up for many rows of a state, so the record is gone through only when it has grown. */
function openPushTimes({ pushes }: PretendedWeChat): Phones['pushedAt'] {
  let times: ReadonlyMap<string, number> = new Map();
  let readCount = 0;
  return (body) => {
    if (readCount !== pushes.count) {
      times = new Map(pushes.all.map(({ request, at }) => [request.body.toString(), at]));
      readCount = pushes.count;
    }
    return times.get(body);
  };
}

interface SentMedia {
  /** The bytes, as soon as they are here. */
  get(id: string): Buffer | undefined;
  revision(): number;
}

/** Fetches what was sent as a visitor's phone would, once a medium. */
function openSentMedia(url: string): SentMedia {
  const kept = new Map<string, Buffer | 'coming'>();
  let arrived = 0;
  async function fetchOne(id: string): Promise<void> {
    kept.set(id, 'coming');
    try {
      const response = await fetch(`${url}/pic/${id}`);
      if (!response.ok) throw new Error(`expected a picture, got status ${response.status}`);
      kept.set(id, Buffer.from(await response.arrayBuffer()));
    } catch {
      kept.delete(id); // WeChat is switched off: asked for again the next time
    }
    arrived += 1;
  }
  return {
    get(id) {
      const found = kept.get(id);
      if (found === undefined) void fetchOne(id);
      return found === 'coming' ? undefined : found;
    },
    revision: () => arrived,
  };
}

function wordsOf(send: Send, media: SentMedia): Words | { readonly card: Card } {
  const { msgtype, payload, text } = send;
  if (text !== undefined) return { text };
  const content = payload[msgtype];
  const isPicture = msgtype === 'image' && isRecord(content);
  const picture = isPicture ? media.get(String(content.media_id)) : undefined;
  return picture === undefined ? { card: cardOf(send) } : { picture };
}

/** WeChat's record does not say when each try began; it follows from how long each one took. */
function describeKnocks(
  { at, message, request, attempts }: Pushed,
  againAfterMs: number,
): readonly (Knock & { readonly plain: string })[] {
  let startedAt = at;
  const plain = writeBody('xml', message);
  return attempts.map(({ status = 0, body = '', tookMs, verdict }) => {
    const knock = {
      at: startedAt,
      tookMs,
      url: request.url,
      body: request.body,
      status,
      answer: body,
      plain,
    };
    startedAt += verdict.kind === 'noAnswer' ? Math.max(tookMs, againAfterMs) : tookMs;
    return knock;
  });
}
