import { randomBytes } from 'node:crypto';
import type { Callbacks, CalledBack } from './callbacks.ts';
import { type Chat, type Customer, windowMs } from './chat.ts';
import type { WecomSettings } from './settings.ts';

/** What customers, servicers and members do. All of it is rung or called back, unless bells are silent. */
export interface People {
  /** Notifications get lost, until they are heard again. */
  isSilent: boolean;
  /** A customer taps on a link. `undefined`: it was changed, and nothing is told of it. */
  enter(external: string, link: string): Promise<CalledBack | undefined>;
  customerSays(external: string, words: string | CustomerWords): Promise<CalledBack | undefined>;
  /** A servicer writes: a chat that waits or has ended is his then. */
  servicerSays(
    userid: string,
    external: string,
    words: string | CustomerWords,
  ): Promise<CalledBack | undefined>;
  take(userid: string, external: string): Promise<CalledBack | undefined>;
  transfer(userid: string, external: string): Promise<CalledBack | undefined>;
  end(external: string): Promise<CalledBack | undefined>;
  /** Any other event. */
  happens(event: Readonly<Record<string, unknown>>): Promise<CalledBack | undefined>;
  ring(): Promise<CalledBack | undefined>;
  /** A member writes to the application. */
  memberSays(userid: string, words: string | MemberWords): Promise<CalledBack | undefined>;
  memberClicks(userid: string, button: string): Promise<CalledBack | undefined>;
}

export interface CustomerWords {
  readonly msgtype: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly at?: number;
}

export interface MemberWords {
  readonly MsgType: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

interface Parts {
  readonly settings: () => WecomSettings;
  readonly now: () => number;
  readonly chat: Chat;
  readonly callbacks: Callbacks;
  readonly links: ReadonlyMap<string, string>;
}

/** A notification's token. */
const syncTokenLivesMs = 600_000;
const shortCodeMs = 20_000;

export function openPeople(parts: Parts): People {
  const { settings, now, chat, callbacks } = parts;
  const people: People = {
    isSilent: false,
    async enter(external, link) {
      const came = readLink(link, parts.links);
      if (came === undefined) return undefined;
      const customer = chat.customer(external);
      customer.came = { at: now(), ...came };
      const event = { scene: came.scene, scene_param: came.param, ...welcomeOf(customer) };
      return people.happens({ event_type: 'enter_session', external_userid: external, ...event });
    },
    customerSays(external, words) {
      const customer = chat.customer(external);
      const at = (typeof words === 'object' && words.at) || now();
      customer.wroteAt = at;
      customer.said = 0;
      if (customer.state === 4) {
        customer.state = 0;
        delete customer.servicer;
        customer.moved.clear();
      }
      chat.add({ external_userid: external, origin: 3, ...contentOf(words) }, at);
      return people.ring();
    },
    async servicerSays(userid, external, words) {
      const customer = chat.customer(external);
      if (customer.state === 2) await people.take(userid, external);
      if (customer.state === 4) {
        const old = customer.servicer ?? userid;
        move(customer, userid);
        happened({
          change_type: 4,
          old_servicer_userid: old,
          new_servicer_userid: userid,
          external_userid: external,
        });
      }
      const at = (typeof words === 'object' && words.at) || now();
      chat.add({ external_userid: external, origin: 5, servicer_userid: userid, ...contentOf(words) }, at);
      return people.ring();
    },
    take(userid, external) {
      move(chat.customer(external), userid);
      const code = chat.giveCode({ external, livesMs: windowMs, state: 3, types: ['text'] });
      happened({ change_type: 1, new_servicer_userid: userid, external_userid: external, msg_code: code });
      return people.ring();
    },
    transfer(userid, external) {
      const customer = chat.customer(external);
      const old = customer.servicer ?? '';
      move(customer, userid);
      happened({
        change_type: 2,
        old_servicer_userid: old,
        new_servicer_userid: userid,
        external_userid: external,
      });
      return people.ring();
    },
    end(external) {
      const customer = chat.customer(external);
      const old = customer.servicer ?? '';
      customer.state = 4;
      delete customer.servicer;
      const code = chat.giveCode({ external, livesMs: shortCodeMs, state: 4, types: ['text', 'msgmenu'] });
      happened({ change_type: 3, old_servicer_userid: old, external_userid: external, msg_code: code });
      return people.ring();
    },
    happens(event) {
      chat.add({ origin: 4, msgtype: 'event', event: { open_kfid: settings().openKfid, ...event } });
      return people.ring();
    },
    async ring() {
      if (people.isSilent) return undefined;
      const token = `ENC${randomBytes(8).toString('hex')}`;
      chat.syncTokens.set(token, now() + syncTokenLivesMs);
      return callbacks.call({
        ToUserName: settings().corpid,
        CreateTime: Math.floor(now() / 1000),
        MsgType: 'event',
        Event: 'kf_msg_or_event',
        Token: token,
        OpenKfId: settings().openKfid,
      });
    },
    memberSays(userid, words) {
      const said = typeof words === 'string' ? { MsgType: 'text', fields: { Content: words } } : words;
      return callbacks.call({
        ...from(userid),
        MsgType: said.MsgType,
        ...said.fields,
        MsgId: randomBytes(6).readUIntBE(0, 6),
        AgentID: settings().agentid,
      });
    },
    memberClicks: (userid, button) =>
      callbacks.call({
        ...from(userid),
        MsgType: 'event',
        Event: 'template_card_event',
        EventKey: button,
        TaskId: `task-${button}`,
        CardType: 'button_interaction',
        ResponseCode: randomBytes(8).toString('hex'),
        AgentID: settings().agentid,
      }),
  };
  const from = (userid: string) => ({
    ToUserName: settings().corpid,
    FromUserName: userid,
    CreateTime: Math.floor(now() / 1000),
  });
  const happened = (event: Readonly<Record<string, unknown>>) =>
    chat.add({
      origin: 4,
      msgtype: 'event',
      event: { event_type: 'session_status_change', open_kfid: settings().openKfid, ...event },
    });
  /** Once in 48 h, and only to who has not written in that time. */
  const welcomeOf = (customer: Customer): { readonly welcome_code?: string } => {
    const isRecent = (at: number | undefined) => at !== undefined && now() - at < windowMs;
    if (isRecent(customer.welcomedAt) || isRecent(customer.wroteAt)) return {};
    const { external } = customer;
    return { welcome_code: chat.giveCode({ external, livesMs: shortCodeMs, types: ['text', 'msgmenu'] }) };
  };
  return people;
}

function move(customer: Customer, userid: string): void {
  customer.state = 3;
  customer.servicer = userid;
}

function contentOf(words: string | CustomerWords): Readonly<Record<string, unknown>> {
  if (typeof words === 'string') return { msgtype: 'text', text: { content: words } };
  return { msgtype: words.msgtype, [words.msgtype]: words.content };
}

/** The link as it was given out, and a parameter behind it; anything else is not taken. */
function readLink(
  link: string,
  links: ReadonlyMap<string, string>,
): { readonly scene: string; readonly param: string } | undefined {
  for (const [scene, url] of links) {
    if (link === url) return { scene, param: '' };
    const behind = link.startsWith(`${url}&scene_param=`)
      ? link.slice(`${url}&scene_param=`.length)
      : undefined;
    if (behind !== undefined && behind.length <= 128 && !behind.includes('&')) {
      return { scene, param: decodeURIComponent(behind) };
    }
  }
  return undefined;
}
