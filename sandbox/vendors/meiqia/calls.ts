import { isRecord } from '../json.ts';
import { answer, type Reply, refusal } from './answers.ts';
import { findFault, isEnterprise, isOneOf, isText, isTrackOf, isWord, optional } from './fields.ts';
import { describeAgent } from './floor.ts';
import { takeMessage } from './messages.ts';
import { endConv, schedule } from './reception.ts';
import type { Meiqia, Route, Visit } from './route.ts';
import { readStream } from './speech.ts';
import { createTicket, describeTicket, listReplies, replyToTicket } from './tickets.ts';
import { bindOwnId, init, takeAttrs, takeDeviceToken, takeStatistics } from './visitor-calls.ts';

/** Routes that need a visitor; those without have `makeUser`'s way. */
export const routes: readonly Route[] = [
  { method: 'POST', path: '/sdk/get_dev_client_id', way: 'sealed', answer: bindOwnId },
  { method: 'POST', path: '/sdk/init', way: 'proved', answer: init },
  { method: 'POST', path: '/sdk/statistics', way: 'sealed', answer: takeStatistics },
  { method: 'PUT', path: '/client/attrs', way: 'sealed', answer: takeAttrs },
  { method: 'POST', path: '/client/device_token', way: 'sealed', answer: takeDeviceToken },
  { method: 'POST', path: '/scheduler', way: 'sealed', answer: takeWish },
  { method: 'POST', path: '/client/send_msg', way: 'sealed', answer: takeSent },
  {
    method: 'GET',
    path: '/conversation/{id}/messages_streams',
    way: 'proved',
    query: ['limit', 'ascending', 'last_message_created_on', '_time'],
    answer: listStream,
  },
  { method: 'POST', path: '/client/msg_delivered', way: 'plain', answer: takeDelivered },
  {
    method: 'GET',
    path: '/unified-api/conversations/v1/active_conv',
    way: 'proved',
    query: ['track_id'],
    answer: sayActive,
  },
  { method: 'GET', path: '/client/queue/position', way: 'proved', answer: sayPosition },
  { method: 'POST', path: '/client/end_conversation', way: 'sealed', answer: endByVisitor },
  { method: 'POST', path: '/conversation/{id}/evaluation', way: 'plain', answer: takeEvaluation },
  { method: 'POST', path: '/upload/oss/policies', way: 'plain', answer: allowVideo },
  {
    method: 'POST',
    path: '/client/tickets_v2',
    way: 'plain',
    answer: ({ floor, files }, { body }) => createTicket(floor, files, body),
  },
  {
    method: 'POST',
    path: '/client/tickets_v2/{id}/replies',
    way: 'plain',
    answer: ({ floor, files }, { id, body }) => replyToTicket(floor, files, { id, body }),
  },
  {
    method: 'GET',
    path: '/client/tickets_v2/{id}/replies',
    way: 'proved',
    query: ['enterprise_id', 'begin'],
    answer: ({ floor }, { call, visitor, id }) =>
      id === visitor.trackId ? listReplies(floor, visitor, call.query) : refusal(404, 'track_id'),
  },
  {
    method: 'GET',
    path: '/client/tickets_v2/{id}',
    way: 'proved',
    query: ['track_id'],
    answer: ({ floor }, { call, visitor, id }) =>
      call.query.get('track_id') === visitor.trackId
        ? describeTicket(floor, visitor, id)
        : refusal(400, 'track_id'),
  },
];

function takeWish(meiqia: Meiqia, { visitor, body }: Visit): Reply {
  const { floor } = meiqia;
  const isKnown = (token: unknown) =>
    floor.agents.has(String(token)) || token === floor.settings().robot?.token;
  const fault = findFault(body, {
    fallback: isOneOf(1, 2, 3),
    visit_id: isOneOf(visitor.visitId),
    track_id: isTrackOf(visitor),
    ent_id: isEnterprise(floor, 'number'),
    no_reallocate: isOneOf(true, false),
    queueing: isOneOf(true, false),
    group_token: optional(isWord),
    agent_token: optional(isWord),
    exclude_agent_tokens: optional(
      (tokens) => Array.isArray(tokens) && tokens.length > 0 && tokens.every(isKnown),
    ),
  });
  if (fault !== undefined) return refusal(400, fault);
  const except = Array.isArray(body.exclude_agent_tokens) ? body.exclude_agent_tokens.map(String) : [];
  const reply = schedule(meiqia, visitor, {
    fallback: Number(body.fallback),
    agent: isWord(body.agent_token) ? body.agent_token : undefined,
    group: isWord(body.group_token) ? body.group_token : undefined,
    except,
    keeps: body.no_reallocate === true,
    mayQueue: body.queueing === true,
  });
  const conv = floor.openConv(visitor.trackId);
  meiqia.noteWish({
    at: floor.now(),
    ownId: visitor.ownId ?? '',
    isPastRobot: except.length > 0,
    ...(conv !== undefined && { agent: String(describeAgent(floor, conv).nickname) }),
  });
  return reply;
}

function takeSent(meiqia: Meiqia, { visitor, body }: Visit): Reply {
  const fault = findFault(body, {
    browser_id: (id) => id === visitor.browserId,
    track_id: isTrackOf(visitor),
    ent_id: isEnterprise(meiqia.floor, 'text'),
    type: isWord,
    content: isWord,
    extra: optional(isRecord),
  });
  return fault === undefined ? takeMessage(meiqia, visitor, body) : refusal(400, fault);
}

function listStream({ floor }: Meiqia, { call, visitor, id }: Visit): Reply {
  const { query } = call;
  const since = query.get('last_message_created_on') ?? '';
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/.test(since);
  if (id !== visitor.trackId || !isTime || query.get('ascending') !== '1') return refusal(400, 'query');
  if (!(Math.abs(Number(query.get('_time')) - floor.now()) < 60_000)) return refusal(400, '_time');
  const limit = Number(query.get('limit'));
  if (!(limit > 0 && limit <= 100)) return refusal(400, 'limit');
  const { includesBound } = floor.settings();
  const messages = readStream(visitor.stream, { since, limit, includesBound });
  return messages.length === 0 ? refusal(404, 'nothing') : answer({ messages });
}

/** Ids are exact bare numbers: they are read from the text. */
function takeDelivered({ floor, noteDelivered }: Meiqia, { call, body }: Visit): Reply {
  const visitor = floor.visitors.get(String(body.track_id));
  const text = call.body.toString();
  const [, ids = ''] = /"msg_ids":\[(\d+(?:,\d+)*)\]/.exec(text) ?? [];
  const [, conv = ''] = /"conv_id":(\d+)[,}]/.exec(text) ?? [];
  const fault = findFault(body, {
    ent_id: isEnterprise(floor, 'number'),
    track_id: () => visitor !== undefined,
    conv_id: () => floor.convs.get(conv)?.trackId === visitor?.trackId,
    msg_ids: () => ids.split(',').every((id) => visitor?.stream.some((entry) => entry.id === id)),
  });
  if (fault !== undefined) return refusal(400, fault);
  noteDelivered(ids.split(','));
  return answer({});
}

function sayActive({ floor }: Meiqia, { call, visitor }: Visit): Reply {
  if (call.query.get('track_id') !== visitor.trackId) return refusal(400, 'track_id');
  const conv = floor.openConv(visitor.trackId);
  const position = [...floor.queue.keys()].indexOf(visitor.trackId) + 1;
  return answer({
    id: conv === undefined ? null : Number(conv.id),
    queue: { in_queue: position > 0, position },
  });
}

function sayPosition({ floor }: Meiqia, { visitor }: Visit): Reply {
  return answer({ position: [...floor.queue.keys()].indexOf(visitor.trackId) + 1 });
}

function endByVisitor(meiqia: Meiqia, { visitor, body }: Visit): Reply {
  const fault = findFault(body, { track_id: isTrackOf(visitor), ent_id: isEnterprise(meiqia.floor, 'text') });
  if (fault !== undefined) return refusal(400, fault);
  const conv = meiqia.floor.openConv(visitor.trackId);
  if (conv !== undefined) endConv(meiqia, conv, undefined);
  return answer({});
}

function takeEvaluation({ floor, noteRating }: Meiqia, { body, id }: Visit): Reply {
  const conv = floor.convs.get(id);
  if (conv === undefined) return refusal(404, 'conversation');
  const fault = findFault(body, {
    app_key: (key) => key === floor.settings().appKey,
    level: isOneOf(0, 1, 2),
    content: isText,
  });
  if (fault !== undefined) return refusal(400, fault);
  conv.level = Number(body.level);
  const ownId = floor.visitors.get(conv.trackId)?.ownId ?? '';
  noteRating({ at: floor.now(), ownId, level: conv.level });
  return answer({});
}

function allowVideo({ floor, files }: Meiqia, { body }: Visit): Reply {
  const fault = findFault(body, {
    ent_id: isEnterprise(floor, 'text'),
    content_type: isOneOf('video'),
    filename: isWord,
  });
  if (fault !== undefined) return refusal(400, fault);
  const { url, fileUrl, fields } = files.allowVideo();
  return answer({ file_url: fileUrl, policy: { url, fields } });
}
