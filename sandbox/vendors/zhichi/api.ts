import { type JsonRecord, readJsonRecord, readUtf8 } from '../json.ts';
import type { Answer, Call } from '../server.ts';
import type { Timeline } from '../timeline.ts';
import { item, type Reply, refusal, writeReply } from './answers.ts';
import { callFields, findFault, findMessageFault, findTicketFault } from './fields.ts';
import { type FileShelf, filePath } from './files.ts';
import { applyTimeouts, endSession, type Floor } from './floor.ts';
import { connect, takeMessage } from './reception.ts';
import {
  type Application,
  describeEntry,
  type Question,
  type Rating,
  type Refusal,
  type Ticket,
  type VisitorMessage,
} from './records.ts';
import { type Tokens, tokenPath } from './tokens.ts';

/** What calls change and are kept in. */
export interface ApiParts extends Floor {
  readonly tokens: Tokens;
  readonly files: FileShelf;
  readonly messages: Timeline<VisitorMessage>;
  readonly refusals: Timeline<Refusal>;
  readonly applications: Timeline<Application>;
  readonly questions: Timeline<Question>;
  readonly ratings: Timeline<Rating>;
  readonly tickets: Timeline<Ticket>;
}

/** Zhichi's side of its open platform, from the bytes of a call to the bytes of its answer. */
export function openApi(parts: ApiParts): (call: Call) => Answer {
  return (call) => {
    if (call.path.startsWith(filePath)) return parts.files.serve(call);
    applyTimeouts(parts);
    const reply = answerCall(parts, call);
    if (reply.kind === 'refusal') {
      const { code, because } = reply;
      parts.refusals.add({ at: parts.now(), path: call.path, code, because });
    }
    return writeReply(reply, parts.settings(), parts.now());
  };
}

function answerCall(parts: ApiParts, call: Call): Reply {
  const { tokens, settings } = parts;
  if (call.path === tokenPath) {
    return call.method === 'GET' ? tokens.give(call) : refusal(405, 'method');
  }
  const route = routeOf(call.path, settings().apiPrefix);
  if (route === undefined) return refusal(404, 'path');
  if (call.method !== 'POST') return refusal(405, 'method');
  return tokens.faultOf(call) ?? route(parts, call);
}

type Route = (parts: ApiParts, call: Call) => Reply;

function routeOf(path: string, prefix: string): Route | undefined {
  const fixed = Object.hasOwn(fixedRoutes, path) ? fixedRoutes[path] : undefined;
  if (fixed !== undefined) return fixed;
  const name = path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : '';
  return Object.hasOwn(routes, name) ? routes[name] : undefined;
}

/** A route whose body is JSON, with fields that `findBodyFault` looks at. */
function jsonRoute(
  findBodyFault: (body: JsonRecord, parts: ApiParts) => string | undefined,
  answer: (parts: ApiParts, body: JsonRecord) => Reply,
): Route {
  return (parts, call) => {
    const type = call.headers['content-type'] ?? '';
    if (!/^application\/json;\s*charset=utf-8$/i.test(type)) return refusal('400001', 'content type');
    const body = readJsonRecord(readUtf8(call.body) ?? '');
    if (body === undefined) return refusal('400001', 'json');
    const fault = findBodyFault(body, parts);
    return fault === undefined ? answer(parts, body) : refusal('400001', fault);
  };
}

function callRoute(
  name: keyof typeof callFields,
  answer: (parts: ApiParts, body: JsonRecord) => Reply,
): Route {
  return jsonRoute((body) => findFault(body, callFields[name]), answer);
}

const routes: Readonly<Record<string, Route>> = {
  chat_connect: callRoute('chat_connect', takeApplication),
  chat_send: jsonRoute((body, { settings }) => findMessageFault(body, settings()), takeVisitorMessage),
  robot_chat: callRoute('robot_chat', takeQuestion),
  comment: callRoute('comment', takeRating),
  out: callRoute('out', letGo),
  get_detail_by_cid: callRoute('get_detail_by_cid', giveRecord),
  query_group: callRoute('query_group', ({ settings }) => ({
    kind: 'items',
    items: settings().groups.map(({ id, name }) => ({ groupid: id, group_name: name })),
  })),
  query_agent: callRoute('query_agent', ({ desk, settings }) => ({
    kind: 'items',
    items: desk.agents().map(({ id, name, isOnline }) => ({
      agentid: id,
      agent_name: name,
      agent_no: '',
      agent_status: isOnline ? 1 : 0,
      groupid: settings()
        .groups.filter(({ agentIds }) => agentIds.includes(id))
        .map((group) => group.id),
    })),
  })),
  get_once_data: callRoute('get_once_data', countAll),
  admin_is_work: callRoute('admin_is_work', ({ settings }) =>
    item({ is_work: String(settings().isWorkingTime) }),
  ),
};

const fixedRoutes: Readonly<Record<string, Route>> = {
  '/api/ws/5/ticket/save_user_ticket': jsonRoute(
    (body, { settings }) => findTicketFault(body, settings()),
    (parts, payload) => {
      parts.tickets.add({ at: parts.now(), payload });
      return item({});
    },
  ),
  '/api/ws/5/ticket/user_upload_file': (parts, call) => {
    const file = parts.files.take(call);
    return typeof file === 'string' ? refusal('400001', file) : item({ file_url: file.url });
  },
};

function takeApplication(parts: ApiParts, payload: JsonRecord): Reply {
  const partnerId = String(payload.partnerid);
  const reply = connect(parts, partnerId, payload);
  if (reply.kind === 'item')
    parts.applications.add({ at: parts.now(), partnerId, payload, item: reply.item });
  return reply;
}

function takeVisitorMessage(parts: ApiParts, body: JsonRecord): Reply {
  const partnerId = String(body.partnerid);
  const session = takeMessage(parts, partnerId, body);
  if (session === undefined) return item({ status: 2 });
  parts.messages.add({
    at: parts.now(),
    preciseAt: performance.timeOrigin + performance.now(),
    partnerId,
    cid: session.cid,
    type: String(body.msg_type ?? 'text'),
    content: String(body.content),
  });
  return item({ status: 1 });
}

function takeQuestion(parts: ApiParts, body: JsonRecord): Reply {
  const { robot } = parts.settings();
  if (robot === undefined) return refusal('400005', 'no robot');
  if (body.robot_flag !== undefined && body.robot_flag !== robot.flag) return refusal('400003', 'robot_flag');
  const partnerId = String(body.partnerid);
  const question = String(body.question);
  parts.questions.add({ at: parts.now(), partnerId, question });
  const reply = robot.reply?.(question) ?? { answer: '抱歉，我没有听懂', answer_type: 3 };
  return item({
    question,
    docid: '',
    msgid: String(parts.questions.count),
    visitorid: parts.desk.visitorId(partnerId),
    robot_flag: robot.flag,
    session_new: 'false',
    transfer_type: 0,
    ...reply,
  });
}

/** `comment`: a session is rated once. */
function takeRating(parts: ApiParts, payload: JsonRecord): Reply {
  const { desk, ratings, now } = parts;
  const partnerId = String(payload.partnerid);
  const session = desk.current(partnerId) ?? desk.last(partnerId);
  if (payload.type === 1 && payload.score === undefined) return refusal('400001', 'score');
  const status = session === undefined ? 3 : session.score === undefined ? 1 : 2;
  if (session !== undefined && status === 1) desk.amend(session, { score: Number(payload.score) });
  ratings.add({ at: now(), partnerId, payload, status });
  return item({ status, ...(session && { cid: session.cid }) });
}

function letGo(parts: ApiParts, body: JsonRecord): Reply {
  const session = parts.desk.current(String(body.partnerid));
  parts.desk.queue.delete(String(body.partnerid));
  if (session !== undefined) endSession(parts, session, 5);
  return item({ status: session === undefined ? 0 : 1 });
}

/** By `cid`, else the visitor's last session. */
function giveRecord({ desk, sayings, settings, now }: ApiParts, body: JsonRecord): Reply {
  const { cid, partnerid } = body;
  if (cid === undefined && (partnerid === undefined || body.from !== 0)) {
    return { kind: 'items', items: [] };
  }
  const of = typeof cid === 'string' ? cid : desk.last(String(partnerid))?.cid;
  const until = now() - settings().recordLagMs;
  const said = of === undefined ? [] : sayings.of(of).filter(({ at }) => at <= until);
  return { kind: 'items', items: said.map(describeEntry) };
}

function countAll({ desk }: ApiParts): Reply {
  const online = desk.agents().filter(({ isOnline }) => isOnline);
  return item({
    admin_size: online.length,
    online_user_size: desk.running().length,
    wait_user_size: desk.queue.size,
    robot_user_size: 0,
    admin_list: online.map(({ id, name, capacity }) => ({
      agentid: id,
      agent_nick: name,
      status: 1,
      max_count: capacity,
    })),
  });
}
