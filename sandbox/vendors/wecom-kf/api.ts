import { randomBytes } from 'node:crypto';
import { readJsonRecord, readUtf8 } from '../json.ts';
import type { Answer, Call } from '../server.ts';
import { type Chat, type Customer, mostSaid } from './chat.ts';
import { windowTypes } from './content-rules.ts';
import { answerState, moveState, sayByCode, sayInWindow } from './kf-api.ts';
import { receiveFile, type Shelf, serveFile } from './media.ts';
import { type MemberMessage, sendToMember, type Threads } from './member-api.ts';
import { answer, type Body, type Reply, refuse } from './reply.ts';
import type { WecomSettings } from './settings.ts';

export interface ApiParts {
  readonly settings: () => WecomSettings;
  readonly now: () => number;
  readonly chat: Chat;
  readonly shelf: Shelf;
  readonly threads: Threads;
  /** Links by scene. */
  readonly links: Map<string, string>;
  readonly tokens: Tokens;
  /** What the next pages of `sync_msg` are instead. */
  readonly oddPages: OddPage[];
  /** The company's other kf accounts, each with its own chat. */
  readonly others: readonly ApiParts[];
}

/** `empty` and `stuck` say that there is more; behind `back` the cursor is where it was at first. */
export type OddPage = 'empty' | 'stuck' | 'back';

export interface Tokens {
  current: { readonly value: string; readonly until: number } | undefined;
  given: number;
}

/** WeCom's side of the API, from the bytes of a call to the bytes of its answer. */
export function openApi(parts: ApiParts): (call: Call) => Answer {
  return (call) => {
    if (call.path === '/cgi-bin/gettoken') return write(giveToken(parts, call));
    const route = Object.hasOwn(routes, call.path) ? routes[call.path] : undefined;
    if (route === undefined) return { status: 404, type: 'text/plain', body: '' };
    const denied = checkToken(parts, call);
    if (denied !== undefined) return write(denied);
    if (call.path === '/cgi-bin/media/get') {
      return serveFile(parts.shelf, call.query.get('media_id') ?? '', parts.now()) ?? write(refuse(40007));
    }
    return write(route(parts, call));
  };
}

export function write(reply: Reply): Answer {
  const errmsg =
    reply.errcode === 0 ? 'ok' : `refused, hint: [1750671663464083173076547], from ip: 127.0.0.1`;
  return {
    status: 200,
    type: 'application/json; charset=UTF-8',
    body: JSON.stringify({ errcode: reply.errcode, errmsg, ...reply.fields }),
  };
}

const tokenLivesSec = 7200;

function giveToken({ settings, now, tokens }: ApiParts, { method, query }: Call): Reply {
  if (method !== 'GET') return refuse(43001);
  const { corpid, secret } = settings();
  if (query.get('corpid') !== corpid) return refuse(40013);
  if (query.get('corpsecret') !== secret) return refuse(40001);
  tokens.given += 1;
  const value = `token-${tokens.given}-${randomBytes(8).toString('hex')}`;
  tokens.current = { value, until: now() + tokenLivesSec * 1000 };
  return answer({ access_token: value, expires_in: tokenLivesSec });
}

function checkToken({ tokens, now }: ApiParts, { query }: Call): Reply | undefined {
  const given = query.get('access_token');
  if (given === null || given === '') return refuse(41001);
  if (given !== tokens.current?.value) return refuse(40014);
  return tokens.current.until <= now() ? refuse(42001) : undefined;
}

type Route = (parts: ApiParts, call: Call) => Reply;

const routes: Readonly<Record<string, Route>> = {
  '/cgi-bin/kf/sync_msg': posted(['cursor', 'token', 'limit', 'voice_format', 'open_kfid'], syncMessages),
  '/cgi-bin/kf/send_msg': posted(['touser', 'open_kfid', 'msgid', 'msgtype', ...windowTypes], (parts, body) =>
    sayInWindow(parts, body, mostSaid),
  ),
  '/cgi-bin/kf/send_msg_on_event': posted(['code', 'msgid', 'msgtype', 'text', 'msgmenu'], sayByCode),
  '/cgi-bin/kf/service_state/get': posted(['open_kfid', 'external_userid'], answerState),
  '/cgi-bin/kf/service_state/trans': posted(
    ['open_kfid', 'external_userid', 'service_state', 'servicer_userid'],
    moveState,
  ),
  '/cgi-bin/kf/add_contact_way': posted(['open_kfid', 'scene'], addContactWay),
  '/cgi-bin/kf/customer/batchget': posted(
    ['external_userid_list', 'need_enter_session_context'],
    listCustomers,
  ),
  '/cgi-bin/kf/account/list': posted(['offset', 'limit'], listAccounts),
  '/cgi-bin/kf/servicer/list': got(({ chat }) =>
    answer({
      servicer_list: [...chat.members.values()].flatMap(({ userid, status }) =>
        status === undefined ? [] : [{ userid, status, stop_type: 0 }],
      ),
    }),
  ),
  '/cgi-bin/user/get': got(({ chat }, { query }) => {
    const member = chat.members.get(query.get('userid') ?? '');
    return member === undefined ? refuse(60111) : answer({ userid: member.userid, name: member.name });
  }),
  '/cgi-bin/media/upload': ({ shelf, now }, call) => receiveFile(shelf, call, now()),
  '/cgi-bin/media/get': got(() => answer({})),
  '/cgi-bin/message/send': posted(
    [
      'touser',
      'agentid',
      'msgtype',
      'text',
      'image',
      'voice',
      'video',
      'file',
      'template_card',
      'safe',
      'enable_duplicate_check',
      'duplicate_check_interval',
    ],
    sendToMember,
  ),
};

export type { MemberMessage };

/** A POST of a JSON object with no other members than these. */
function posted(known: readonly string[], handle: (parts: ApiParts, body: Body) => Reply): Route {
  return (parts, { method, headers, body }) => {
    if (method !== 'POST') return refuse(43002);
    if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return refuse(40063);
    const fields = readJsonRecord(readUtf8(body) ?? '');
    if (fields === undefined) return refuse(47001);
    const isKnown = Object.keys(fields).every((name) => known.includes(name));
    return isKnown ? handle(partsFor(parts, fields), { fields, text: body.toString('utf8') }) : refuse(40058);
  };
}

/** Of the account that a body names, or whose code it has. */
function partsFor(parts: ApiParts, { open_kfid, code }: Body['fields']): ApiParts {
  const all = [parts, ...parts.others];
  const isMeant = ({ settings, chat }: ApiParts) =>
    open_kfid === undefined ? chat.codes.has(String(code)) : settings().openKfid === open_kfid;
  return all.find(isMeant) ?? parts;
}

function got(handle: Route): Route {
  return (parts, call) => (call.method === 'GET' ? handle(parts, call) : refuse(43001));
}

/** Messages are kept for three days. */
const keptMs = 3 * 86_400_000;

function syncMessages({ settings, now, chat, oddPages }: ApiParts, { fields }: Body): Reply {
  const { cursor, token, limit, open_kfid } = fields;
  if (open_kfid !== settings().openKfid) return refuse(95004);
  if (!Number.isInteger(limit) || Number(limit) < 1 || Number(limit) > 1000) return refuse(40058);
  if (token !== undefined && (chat.syncTokens.get(String(token)) ?? 0) <= now()) return refuse(95007);
  const place =
    cursor === undefined ? 0 : Number(/^cur_(\d+)(?:\.\d+)?$/.exec(String(cursor))?.[1] ?? Number.NaN);
  if (!Number.isInteger(place)) return refuse(40058);
  const odd = oddPages.shift();
  if (odd === 'back') return answer({ next_cursor: 'cur_0', has_more: 0, msg_list: [] });
  if (odd !== undefined) {
    const next_cursor = odd === 'stuck' ? (cursor ?? '') : `cur_${place}.${oddPages.length}`;
    return answer({ next_cursor, has_more: 1, msg_list: [] });
  }
  const size = Math.min(Number(limit), settings().pageSize);
  const kept = chat.log.slice(place, place + size);
  const next = place + kept.length;
  const msg_list = kept.filter(({ at }) => now() - at < keptMs).map(({ json }) => json);
  return answer({ next_cursor: `cur_${next}`, has_more: next < chat.log.length ? 1 : 0, msg_list });
}

function listAccounts(parts: ApiParts, { fields: { offset, limit } }: Body): Reply {
  if (!Number.isInteger(limit) || Number(limit) < 1 || Number(limit) > 100) return refuse(40058);
  const { accountsBefore, isManaged } = parts.settings();
  const strangers = Array.from({ length: accountsBefore }, (_, place) => `wkOther${place}`);
  const ours = [parts, ...parts.others].map(({ settings }) => settings().openKfid);
  const account_list = [...strangers, ...ours]
    .slice(Number(offset), Number(offset) + Number(limit))
    .map((open_kfid) => ({ open_kfid, name: '商城客服', avatar: '', manage_privilege: isManaged }));
  return answer({ account_list });
}

function addContactWay({ settings, links }: ApiParts, { fields }: Body): Reply {
  if (fields.open_kfid !== settings().openKfid) return refuse(95004);
  const scene = String(fields.scene ?? '');
  if (!/^[0-9a-zA-Z_-]{1,32}$/.test(scene)) return refuse(40058);
  const url =
    links.get(scene) ?? `https://work.weixin.qq.com/kf/kfcsim?enc_scene=ENC${randomBytes(8).toString('hex')}`;
  links.set(scene, url);
  return answer({ url });
}

/** Only who entered or wrote in the last 48 h is told. */
function listCustomers({ chat, others, now }: ApiParts, { fields }: Body): Reply {
  const ids = fields.external_userid_list;
  if (!Array.isArray(ids) || ids.length < 1 || ids.length > 100) return refuse(40058);
  const found = ids.flatMap((id) => {
    const everywhere = [chat, ...others.map((other) => other.chat)];
    const [latest] = everywhere
      .flatMap(({ customers }) => customers.get(String(id)) ?? [])
      .toSorted((one, other) => seenAt(other) - seenAt(one));
    return latest !== undefined && now() - seenAt(latest) < 48 * 3_600_000 ? [latest] : [];
  });
  return answer({
    customer_list: found.map(({ external, nickname, unionid, came }) => ({
      external_userid: external,
      nickname,
      avatar: '',
      gender: 0,
      ...(unionid !== undefined && { unionid }),
      ...(fields.need_enter_session_context === 1 &&
        came && { enter_session_context: { scene: came.scene, scene_param: came.param } }),
    })),
    invalid_external_userid: ids.filter((id) => !found.some(({ external }) => external === id)),
  });
}

function seenAt({ wroteAt, came }: Customer): number {
  return Math.max(wroteAt ?? 0, came?.at ?? 0);
}
