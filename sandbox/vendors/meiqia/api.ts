import type { JsonRecord } from '../json.ts';
import { readOnlyPart } from '../multipart.ts';
import type { Answer, Call } from '../server.ts';
import { sniffFormat } from '../sniff.ts';
import type { Timeline } from '../timeline.ts';
import { type Reply, refusal, writeJson } from './answers.ts';
import { routes } from './calls.ts';
import { sealAnswer } from './cipher.ts';
import { filePath, storePath } from './files.ts';
import type { Visitor } from './floor.ts';
import { readCaller } from './proof.ts';
import { applyTimeouts } from './reception.ts';
import type { Meiqia, Route } from './route.ts';
import { makeUser } from './visitor-calls.ts';

/** A call that was not taken. */
export interface Refusal {
  readonly at: number;
  readonly path: string;
  readonly status: number;
  readonly because: string;
}

/** Meiqia's side of the SDK's calls, from the bytes of a call to the bytes of its answer. */
export function openApi(meiqia: Meiqia, refusals: Timeline<Refusal>): (call: Call) => Answer {
  const refuse = (call: Call, { status, because }: Extract<Reply, { kind: 'refusal' }>): Answer => {
    // That nothing is there is no fault of the caller's.
    if (because !== 'nothing') refusals.add({ at: meiqia.floor.now(), path: call.path, status, because });
    return writeJson({ message: because }, status);
  };
  return (call) => {
    if (call.path.startsWith(filePath)) return meiqia.files.serve(call);
    if (call.path === storePath) return meiqia.files.takeVideo(call);
    const { reply, key } = answerCall(meiqia, call);
    if (reply.kind === 'refusal') return refuse(call, reply);
    return writeAnswer(meiqia, reply.fields, key);
  };
}

/** `key` seals the answer: the one that the call was made under. Without it the answer is plain. */
interface Answered {
  readonly reply: Reply;
  readonly key?: string | undefined;
}

function answerCall(meiqia: Meiqia, call: Call): Answered {
  if (call.path === '/sdk/init_sdk_user' && call.method === 'POST') {
    const caller = readCaller(meiqia.floor, call, { way: 'plain' });
    return { reply: caller.kind === 'refused' ? caller.reply : makeUser(meiqia.floor, caller.body) };
  }
  if (call.path === '/upload' && call.method === 'POST') return { reply: takeUpload(meiqia, call) };
  const found = findRoute(call);
  if (found === undefined) return { reply: refusal(404, 'path') };
  applyTimeouts(meiqia);
  const caller = readCaller(meiqia.floor, call, found.route);
  if (caller.kind === 'refused') return { reply: caller.reply };
  const nobody = { trackId: '' } as Visitor; // plain routes find the visitor by the body
  const key = found.route.way === 'sealed' ? caller.visitor?.aesKey : undefined;
  const visit = { call, visitor: caller.visitor ?? nobody, body: caller.body, id: found.id };
  return { reply: found.route.answer(meiqia, visit), key };
}

function findRoute(call: Call): { readonly route: Route; readonly id: string } | undefined {
  const segments = call.path.split('/');
  for (const route of routes) {
    const wanted = route.path.split('/');
    const fits =
      wanted.length === segments.length &&
      wanted.every((segment, at) => segment === '{id}' || segment === segments[at]);
    if (fits && route.method === call.method) {
      return { route, id: decodeURIComponent(segments[wanted.indexOf('{id}')] ?? '') };
    }
  }
  return undefined;
}

function writeAnswer({ floor }: Meiqia, fields: JsonRecord, key: string | undefined): Answer {
  if (key === undefined || floor.settings().encrypts === 'none') return writeJson(fields);
  return writeJson({ ret: sealAnswer(JSON.stringify(fields), key) });
}

/** Nothing of the app is about an upload: no proof, none of its headers. */
function takeUpload({ floor, files }: Meiqia, call: Call): Reply {
  const { headers, query, body } = call;
  const isOfApp = ['authorization', 'app_version', 'app_platform', 'app_channel'].some(
    (name) => headers[name] !== undefined,
  );
  if (isOfApp || /MeiqiaSDK/.test(headers['user-agent'] ?? '')) return refusal(400, 'headers');
  const isKnown =
    floor.visitors.has(query.get('user_id') ?? '') && query.get('ent_id') === floor.settings().entId;
  if (!isKnown || query.size !== 2) return refusal(400, 'query');
  const reading = readOnlyPart(headers['content-type'] ?? '', body);
  if (reading.kind === 'fault' || reading.part.name !== 'file') return refusal(400, 'form');
  const { part } = reading;
  if (part.bytes.length > floor.settings().uploadMaxBytes) return refusal(413, 'size');
  const format = sniffFormat(part.bytes);
  if (part.type === 'audio/amr' && format === 'amr' && part.filename === 'file.amr') {
    const { url, key } = files.put('audio', part.bytes);
    return { kind: 'answer', fields: { audio_url: url, audio_key: key } };
  }
  const types = { jpg: 'image/jpeg', png: 'image/png', gif: 'image/gif' } as const;
  const type = format === 'jpg' || format === 'png' || format === 'gif' ? types[format] : undefined;
  if (type === undefined || part.type !== type || part.filename !== type.replace('image/', 'file.')) {
    return refusal(415, 'type');
  }
  const { url, key } = files.put('photo', part.bytes);
  return { kind: 'answer', fields: { photo_url: url, photo_key: key } };
}
