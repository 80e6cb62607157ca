import { randomBytes } from 'node:crypto';
import type { Desk, Knock, Seen, Words } from './desk.ts';
import { leave } from './tries.ts';
import {
  type CalledBack,
  type MemberMessage,
  type PretendedWecom,
  startWecomKf,
} from './vendors/wecom-kf.ts';
import { readThread, type Thread } from './wecom-kf-threads.ts';
import type { CallEnd } from './written.ts';

export const againAfterMs = 5000;
const agent = 'zhangsan';

/** The pretended WeCom with one member who answers in the thread of the application, as a desk. */
export async function startWecomKfDesk(callbackUrl: string, now: () => number): Promise<Desk> {
  const secret = randomBytes(32).toString('hex');
  const wecom = await startWecomKf({
    secret,
    callbackUrl,
    now,
    callbackPauseMs: againAfterMs,
    memberPerMinute: Number.POSITIVE_INFINITY,
  });
  const thread = readThread(wecom);
  const { corpid, agentid, callbackToken: token, encodingAESKey } = wecom.settings;
  const ended = new Set<string>();
  let isStaffed = true;
  return {
    vendor: 'wecom-kf',
    settings: {
      mode: 'app',
      baseUrl: wecom.url,
      corpid,
      agentid,
      app: { agents: [agent], guardSec: 0 },
    },
    secrets: { secret, 'callback.token': token, 'callback.encodingAESKey': encodingAESKey },
    againAfterMs,
    maxTries: wecom.settings.callbackTries,
    get isOn() {
      return wecom.switchedOff === false;
    },
    get isStaffed() {
      return isStaffed;
    },
    get revision() {
      return wecom.messages.count + wecom.requests.count + wecom.callbacks.count + ended.size;
    },
    turn: (isOn) => (isOn ? wecom.switchOn() : wecom.switchOff()),
    staff(isThere) {
      isStaffed = isThere;
    },
    catchUp() {},
    session(visitor) {
      const tag = thread.tagOf(visitor);
      return tag === undefined || ended.has(tag) ? 'none' : 'agent';
    },
    seen: (visitor) => thread.of(visitor).map(describeMessage),
    say(visitor, words) {
      const tag = thread.tagOf(visitor);
      return tag === undefined || !isStaffed ? undefined : say(wecom, tag, words);
    },
    endSession(visitor) {
      const tag = thread.tagOf(visitor);
      if (tag === undefined || ended.has(tag)) return false;
      ended.add(tag);
      leave(wecom.people.memberClicks(agent, `end:${tag}`));
      return true;
    },
    // There is none in this mode.
    inviteRating: () => false,
    requests: () => wecom.requests.all,
    isAbout: ({ path, body }, visitor) => isAbout(thread, { path, body }, visitor),
    knocks: () => wecom.callbacks.all.flatMap(describeKnocks),
    close: wecom.close,
  };
}

/** A picture has no tag: he chooses the visitor first. */
async function say(wecom: PretendedWecom, tag: string, words: Words): Promise<CallEnd> {
  if ('text' in words) return endOf(await wecom.people.memberSays(agent, `#${tag} ${words.text}`));
  await wecom.people.memberClicks(agent, `take:${tag}`);
  const name = 'picture.png';
  const media = wecom.shelve({ type: 'image', name, contentType: 'image/png', bytes: words.picture });
  const fields = { PicUrl: `${wecom.url}/${name}`, MediaId: media };
  return endOf(await wecom.people.memberSays(agent, { MsgType: 'image', fields }));
}

function endOf(called: CalledBack | undefined): CallEnd {
  const id = /<MsgId>(\d+)<\/MsgId>/.exec(called?.message ?? '')?.[1];
  return {
    isTaken: called?.isTaken ?? false,
    tries: called?.tries.length ?? 0,
    ...(id !== undefined && { vendorId: id }),
  };
}

function describeMessage({ at, text, bytes }: MemberMessage): Seen {
  return { at, from: 'visitor', words: bytes === undefined ? { text } : { picture: bytes } };
}

/** Cards name the visitor, texts his tag. */
function isAbout(
  thread: Thread,
  { path, body }: { readonly path: string; readonly body: Buffer },
  visitor: string,
): boolean {
  if (path !== '/cgi-bin/message/send')
    return path === '/cgi-bin/media/upload' || path === '/cgi-bin/gettoken';
  const tag = thread.tagOf(visitor);
  const text = body.toString('utf8');
  return text.includes(visitor) || (tag !== undefined && text.includes(`【#${tag}】`));
}

/** The tries of a callback, as the sandbox shows them. */
export function describeKnocks({ tries }: CalledBack): readonly Knock[] {
  return tries.map(({ at, url, body, result }) => ({
    at,
    tookMs: result.tookMs,
    url,
    body,
    status: result.kind === 'answer' ? result.status : 0,
    answer: result.kind === 'answer' ? result.body.toString('utf8') : '',
  }));
}
