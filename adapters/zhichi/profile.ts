import type { Conversation } from '../../src/model/conversation.ts';
import { pageIn, shownLabel, sortProfile } from '../../src/model/profile.ts';
import type { ConnectRequest } from './api.ts';
import type { Desk } from './desk.ts';

/** The visitor's id at Zhichi. */
export function partnerIdOf(
  template: string,
  { visitor, appid }: Pick<Conversation, 'visitor' | 'appid'>,
): string {
  return template.replaceAll(/\{(openid|appid)\}/g, (_whole, name) => (name === 'openid' ? visitor : appid));
}

/** Who the visitor is and where he comes from, as every call that begins something wants it. */
export function originOf(
  { settings, channelKind }: Pick<Desk, 'settings' | 'channelKind'>,
  conversation: Conversation,
): Pick<ConnectRequest, 'partnerid' | 'source' | 'channel_flag' | 'user_nick'> {
  const nick = fillIn(settings.profile.nick, conversation, channelKind);
  return {
    partnerid: partnerIdOf(settings.uidTemplate, conversation),
    source: settings.source === 'auto' ? sourceOf(channelKind) : settings.source,
    channel_flag: settings.channelFlag,
    user_nick: nick === '' ? undefined : nick,
  };
}

/** The visitor's telephone numbers, addresses and picture, as far as they are proved (Zhichi, `chat_connect`). */
export function contactsOf({
  profile,
}: Conversation): Pick<ConnectRequest, 'user_tels' | 'user_emails' | 'user_img'> {
  const { phone, email, avatar } = sortProfile(profile).known;
  return { user_tels: phone, user_emails: email, user_img: avatar };
}

/** The own fields that agents see: the text of a JSON object. `undefined` where all of them are empty. */
export function paramsOf(
  { settings, channelKind }: Pick<Desk, 'settings' | 'channelKind'>,
  conversation: Conversation,
): string | undefined {
  const filled = Object.entries(settings.profile.params)
    .map(([name, text]) => [name, fillIn(text, conversation, channelKind)] as const)
    .filter(([, text]) => text !== '');
  const known = sortProfile(conversation.profile).others.map(
    (item) => [shownLabel(item), item.value] as const,
  );
  const all = [...known, ...filled];
  return all.length === 0 ? undefined : JSON.stringify(Object.fromEntries(all));
}

/** Where a ticket comes from (Zhichi, `save_user_ticket`): 16 a mini-program, 3 an official account. */
export function ticketFromOf(channelKind: string): number {
  return channelKind === 'miniprogram' ? 16 : 3;
}

/** A template with what is known of the visitor in it. */
export function fillIn(template: string, conversation: Conversation, channelKind: string): string {
  const { visitor, appid, context = '', profile } = conversation;
  const values: Readonly<Record<string, string>> = {
    nickname: sortProfile(profile).known.name ?? `微信用户${visitor.slice(-4)}`,
    source: `${channelKind === 'miniprogram' ? '小程序' : '公众号'} ${appid}`,
    page: (pageIn(profile) ?? context).slice(0, 1000).toWellFormed(),
    appid,
    openid: visitor,
  };
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Zhichi's own list: 10 is a mini-program, 1 WeChat. */
function sourceOf(channelKind: string): number {
  return channelKind === 'miniprogram' ? 10 : 1;
}
