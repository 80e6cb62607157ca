import { randomBytes } from 'node:crypto';
import type { Desk, Seen, VendorChat } from './desk.ts';
import type { SessionState } from './state.ts';
import { leave } from './tries.ts';
import { type CalledBack, type PretendedWecom, startWecomKf } from './vendors/wecom-kf.ts';
import { againAfterMs, describeKnocks } from './wecom-kf-desk.ts';

const servicer = 'zhangsan';

/** The pretended WeCom with one servicer of its kf chat, to which visitors are led by a card, as a desk. */
export async function startWecomKfHandoffDesk(callbackUrl: string, now: () => number): Promise<Desk> {
  const secret = randomBytes(32).toString('hex');
  const wecom = await startWecomKf({ secret, callbackUrl, now, callbackPauseMs: againAfterMs });
  const { corpid, agentid, openKfid, callbackToken: token, encodingAESKey } = wecom.settings;
  const talk = openTalk(wecom, now);
  let isStaffed = true;
  return {
    vendor: 'wecom-kf',
    settings: {
      mode: 'handoff',
      baseUrl: wecom.url,
      corpid,
      agentid,
      openKfid,
      handoff: {
        // A link to a visitor of a mini-program has to have a picture.
        pictureUrl: `${wecom.url}/card.png`,
        // What he still writes there is told to the agent who has him.
        duringHandoff: ['app', 'remind'],
      },
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
      const { said, messages, requests, callbacks } = wecom;
      return talk.count() + said.count + messages.count + requests.count + callbacks.count;
    },
    turn: (isOn) => (isOn ? wecom.switchOn() : wecom.switchOff()),
    staff(isThere) {
      isStaffed = isThere;
    },
    catchUp() {},
    session: (visitor) => sessionOf(wecom, visitor),
    seen: (visitor) =>
      [...talk.seen(visitor), ...toldOf(wecom, visitor)].toSorted((one, other) => one.at - other.at),
    say(visitor, words) {
      const session = sessionOf(wecom, visitor);
      const isThere = talk.isThere(visitor) && (isStaffed || session === 'agent');
      // Nobody has the chat to write in before the bridge has moved it on.
      if (!('text' in words) || !isThere || session === 'robot') return undefined;
      talk.add(visitor, 'agent', words.text);
      return called(wecom.people.servicerSays(servicer, externalOf(visitor), words.text));
    },
    chat: openVisitorSide(wecom, talk),
    endSession(visitor) {
      if (sessionOf(wecom, visitor) !== 'agent') return false;
      leave(wecom.people.end(externalOf(visitor)));
      return true;
    },
    // The bridge asks for it itself when a session ends, if the settings have grades.
    inviteRating: () => false,
    requests: () => wecom.requests.all,
    isAbout: ({ path, body }, visitor) =>
      /gettoken|add_contact_way|sync_msg/.test(path) || body.includes(externalOf(visitor)),
    knocks: () => wecom.callbacks.all.flatMap(describeKnocks),
    close: wecom.close,
  };
}

/** The visitor as a customer of the kf account: another id, which only the card joins to the one that WeChat has. */
function externalOf(visitor: string): string {
  return `wm${visitor.slice(-20)}`;
}

function openVisitorSide({ people }: PretendedWecom, talk: Talk): VendorChat {
  return {
    async enter(visitor, url) {
      const came = people.enter(externalOf(visitor), url);
      const isDoor = (await came) !== undefined;
      if (isDoor) talk.begin(visitor);
      return isDoor;
    },
    say(visitor, text) {
      if (!talk.isThere(visitor)) return undefined;
      talk.add(visitor, 'visitor', text);
      return called(people.customerSays(externalOf(visitor), text));
    },
    seen: (visitor) => (talk.isThere(visitor) ? talk.seen(visitor) : undefined),
  };
}

/** What is said in the kf chat: by people, who know of it at once, and by the bridge, as WeCom recorded it. */
interface Talk {
  begin(visitor: string): void;
  isThere(visitor: string): boolean;
  add(visitor: string, from: 'visitor' | 'agent', text: string): void;
  seen(visitor: string): readonly Seen[];
  count(): number;
}

function openTalk({ said }: PretendedWecom, now: () => number): Talk {
  const there = new Set<string>();
  const words: (Extract<Seen, { words: unknown }> & { readonly visitor: string })[] = [];
  return {
    begin: (visitor) => void there.add(visitor),
    isThere: (visitor) => there.has(visitor),
    add: (visitor, from, text) => void words.push({ visitor, at: now(), from, words: { text } }),
    seen(visitor) {
      const own = words.filter((each) => each.visitor === visitor);
      const byBridge = said.all
        .filter(({ external }) => external === externalOf(visitor))
        .map(({ at, text }): Seen => ({ at, from: 'bridge', text, tells: linesIn(text) }));
      return [...own, ...byBridge].toSorted((one, other) => one.at - other.at);
    },
    count: () => words.length + there.size,
  };
}

/** The visitor's words in a transcript: `11-23 10:02 我：…`, and what follows until the next line of its kind. */
function linesIn(text: string): readonly string[] {
  const [, ...lines] = text.split(/\n?\d\d-\d\d \d\d:\d\d 我：/);
  return lines.map((line) => line.split(/\n(?:\d\d-\d\d \d\d:\d\d |（)/)[0] ?? '');
}

/** What the application tells the servicer alone: words that the visitor still writes in the mini-program. */
function toldOf({ messages }: PretendedWecom, visitor: string): readonly Seen[] {
  const head = `【小程序】用户${visitor.slice(-6)}：`;
  return messages.all
    .filter(({ text }) => text.startsWith(head))
    .map(({ at, text }) => ({ at, from: 'bridge', text, tells: [text.slice(head.length)] }));
}

function sessionOf(wecom: PretendedWecom, visitor: string): SessionState {
  const { state } = wecom.customer(externalOf(visitor));
  return ({ 0: 'robot', 1: 'robot', 2: 'queued', 3: 'agent', 4: 'none' } as const)[state];
}

async function called(callback: Promise<CalledBack | undefined>) {
  const end = await callback;
  return { isTaken: end?.isTaken ?? false, tries: end?.tries.length ?? 0 };
}
