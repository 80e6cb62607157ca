import { type JsonRecord, readJsonRecord, readUtf8 } from '../json.ts';
import type { Answer, Call } from '../server.ts';
import type { Timeline } from '../timeline.ts';
import {
  type RefusingReply,
  type Reply,
  refusal,
  writeAnswer,
  writeRefusal,
  writeStatus,
} from './answers.ts';
import { findFault, isBetween, isCount, isInteger, isText, isUid, isUserInfo, optional } from './fields.ts';
import { type FileShelf, filePath, readBase64, readMultipart, type UploadReading } from './files.ts';
import { applyTimeouts, type Floor } from './floor.ts';
import { findMessageFault } from './message-rules.ts';
import { checkCaller, checkContent } from './proof.ts';
import type { RateLimit } from './rate-limit.ts';
import {
  allocate,
  codeOfPlacement,
  findEvaluationFault,
  letRobotReply,
  placeMessage,
  quitQueue,
  sayPlace,
} from './reception.ts';
import {
  type Application,
  describeMessage,
  type Evaluation,
  type Profile,
  type Refusal,
  type VisitorMessage,
} from './records.ts';

export interface ApiParts extends Floor {
  readonly files: FileShelf;
  readonly rateLimit: RateLimit;
  readonly messages: Timeline<VisitorMessage>;
  readonly refusals: Timeline<Refusal>;
  readonly applications: Timeline<Application>;
  readonly profiles: Timeline<Profile>;
  readonly evaluations: Timeline<Evaluation>;
}

/** Qiyu's side of the message interface, from the bytes of a call to the bytes of its answer. */
export function openApi(parts: ApiParts): (call: Call) => Promise<Answer> {
  return async (call) => {
    if (call.path.startsWith(filePath)) return parts.files.serve(call);
    const route = Object.hasOwn(routes, call.path) ? routes[call.path] : undefined;
    if (route === undefined) return refuseStatus(parts, call, 404);
    if (call.method !== 'POST') return refuseStatus(parts, call, 405);
    applyTimeouts(parts);
    const reply = await answerProved(parts, call, route);
    const style = { asString: parts.settings().codesAsStrings, now: parts.now() };
    if (reply.kind === 'answer') return writeAnswer(reply.code, { ...style, fields: reply.fields ?? {} });
    noteRefusal(parts, call, reply);
    return writeRefusal(reply.code, style);
  };
}

function refuseStatus(parts: ApiParts, call: Call, status: 404 | 405): Answer {
  noteRefusal(parts, call, refusal(status, status === 404 ? 'path' : 'method'));
  return writeStatus(status);
}

/** What a call carries. The checksum is made over `bytes`. */
type Content = { readonly call: Call; readonly bytes: Buffer; readonly name?: string };

interface Route {
  /** Unwraps an upload; else the content is the body. */
  readonly unwrap?: (call: Call) => UploadReading;
  readonly answer: (parts: ApiParts, content: Content) => Reply | Promise<Reply>;
}

async function answerProved(parts: ApiParts, call: Call, route: Route): Promise<Reply> {
  const caller = checkCaller(call, parts.settings(), parts.now());
  if (caller !== undefined) return refusal(caller.code, caller.because);
  const upload = route.unwrap?.(call);
  if (upload?.kind === 'fault') return refusal(14004, upload.because);
  const content = { call, bytes: call.body, ...upload };
  const fault = checkContent(call, content.bytes, parts.settings());
  if (fault !== undefined) return refusal(fault.code, fault.because);
  if (!parts.rateLimit.take(call.path)) return refusal(14009, 'rate');
  return route.answer(parts, content);
}

/** A route whose body is JSON with a `uid`, and whose other fields are checked by `findBodyFault`. */
function jsonRoute(
  findBodyFault: (body: JsonRecord, parts: ApiParts) => string | undefined,
  answer: (parts: ApiParts, uid: string, body: JsonRecord) => Reply | Promise<Reply>,
): Route {
  return {
    answer(parts, { call, bytes }) {
      const type = call.headers['content-type'] ?? '';
      if (!/^application\/json;\s*charset=utf-8$/i.test(type)) return refusal(14004, 'content type');
      const body = readJsonRecord(readUtf8(bytes) ?? '');
      if (body === undefined) return refusal(14004, 'json');
      if (!isUid(body.uid)) return refusal(14004, 'uid');
      const fault = findBodyFault(body, parts);
      return fault === undefined ? answer(parts, body.uid, body) : refusal(14004, fault);
    },
  };
}

const routes: Readonly<Record<string, Route>> = {
  '/openapi/message/send': jsonRoute(
    (body, { settings, files }) =>
      findMessageFault(body, { textMaxChars: settings().textMaxChars, findFile: files.find }),
    takeMessage,
  ),
  '/openapi/message/uploadFile': { unwrap: readMultipart, answer: takeFile },
  '/openapi/message/sendFile': { unwrap: readBase64, answer: takeFile },
  '/openapi/event/applyStaff': jsonRoute((body) => findFault(body, applicationFields), takeApplication),
  '/openapi/event/updateUInfo': jsonRoute((body) => findFault(body, { userinfo: isUserInfo }), takeProfile),
  '/openapi/event/evaluate': jsonRoute((body) => findFault(body, evaluationFields), takeEvaluation),
  '/openapi/event/queryQueueStatus': jsonRoute(() => undefined, sayPlace),
  '/openapi/event/quitQueue': jsonRoute(() => undefined, quitQueue),
};

const applicationFields = {
  staffType: optional(isBetween(0, 1)),
  staffId: optional(isCount),
  groupId: optional(isCount),
  robotShuntSwitch: optional(isBetween(0, 1)),
  robotId: optional(isCount),
  level: optional(isBetween(0, 11)),
  fromPage: optional(isText),
  fromTitle: optional(isText),
  fromIp: optional(isText),
  deviceType: optional(isText),
  productId: optional(isText),
};

const evaluationFields = { sessionId: isInteger, evaluation: isInteger, remarks: optional(isText) };

function takeMessage(parts: ApiParts, uid: string, body: JsonRecord): Reply {
  const placement = placeMessage(parts, uid);
  if (placement === 'nobody') return refusal(14010, 'nobody online');
  const message = describeMessage(body, {
    uid,
    at: parts.now(),
    placement,
    findFile: parts.files.find,
  });
  parts.messages.add(message);
  if (placement.state === 'robot' && message.text !== undefined) {
    letRobotReply(parts, placement.session, message.text);
  }
  return { kind: 'answer', code: codeOfPlacement(placement, parts.settings()) };
}

function takeFile(parts: ApiParts, { bytes, name }: Content): Reply {
  if (bytes.length === 0 || bytes.length > parts.settings().fileMaxBytes) return refusal(14004, 'size');
  const { url } = parts.files.put({ bytes, from: 'upload', ...(name !== undefined && { name }) });
  return { kind: 'answer', code: 200, fields: { url } };
}

async function takeApplication(parts: ApiParts, uid: string, payload: JsonRecord): Promise<Reply> {
  const reply = await allocate(parts, uid, payload);
  if (reply.kind === 'answer') {
    const { code, fields: answer = {} } = reply;
    parts.applications.add({ at: parts.now(), uid, code, payload, answer });
  }
  return reply;
}

function takeProfile(parts: ApiParts, uid: string, { userinfo }: JsonRecord): Reply {
  parts.profiles.add({ at: parts.now(), uid, items: isUserInfo(userinfo) ? userinfo : [] });
  return { kind: 'answer', code: 200 };
}

function takeEvaluation(parts: ApiParts, uid: string, body: JsonRecord): Reply {
  const fault = findEvaluationFault(parts, uid, body);
  if (fault !== undefined) return fault;
  const { sessionId, evaluation, remarks } = body;
  parts.evaluations.add({
    at: parts.now(),
    uid,
    sessionId: Number(sessionId),
    evaluation: Number(evaluation),
    ...(isText(remarks) && { remarks }),
  });
  return { kind: 'answer', code: 200 };
}

function noteRefusal(parts: ApiParts, call: Call, { code, because }: RefusingReply): void {
  const uid = readJsonRecord(call.body.toString())?.uid;
  parts.refusals.add({ at: parts.now(), path: call.path, code, because, ...(isText(uid) && { uid }) });
}
