import { type JsonRecord, readJsonRecord, readUtf8 } from '../json.ts';
import type { Call } from '../server.ts';
import { type Reply, refusal } from './answers.ts';
import { openBody } from './cipher.ts';
import type { Floor, Visitor } from './floor.ts';

/** How a call is to be made (A, E, neither), and how it names the app. */
export type Way = 'plain' | 'proved' | 'sealed';

/** Who calls, and what; or why the call is not taken. */
export type Caller =
  | { readonly kind: 'caller'; readonly visitor: Visitor | undefined; readonly body: JsonRecord }
  | { readonly kind: 'refused'; readonly reply: Reply };

/** Looks at headers, query, proof and cipher of a call. */
export function readCaller(
  floor: Floor,
  call: Call,
  { way, query = [] }: { readonly way: Way; readonly query?: readonly string[] },
): Caller {
  const fault = findHeaderFault(call) ?? findQueryFault(floor, call, query);
  if (fault !== undefined) return refused(400, fault);
  const { authorization } = call.headers;
  if (way === 'plain') {
    if (authorization !== undefined) return refused(400, 'authorization');
    return readPlain(call, undefined);
  }
  const visitor = findProved(floor, authorization ?? '');
  if (visitor === undefined) return refused(401, 'authorization');
  if (way === 'proved') return readPlain(call, visitor);
  const plain = openBody(call.body, visitor.aesKey);
  if (plain === undefined) return refused(401, 'cipher');
  const body = readJsonRecord(plain);
  return body === undefined ? refused(400, 'json') : { kind: 'caller', visitor, body };
}

/** The expiry is a minute ahead of the call, and never more. */
function findProved(floor: Floor, authorization: string): Visitor | undefined {
  const [, appKey, trackId = '', expiry] = /^([^:]+):([^:]+):(\d{10})$/.exec(authorization) ?? [];
  const aheadSec = Number(expiry) - Math.floor(floor.now() / 1000);
  if (appKey !== floor.settings().appKey || !(aheadSec > 0 && aheadSec <= 61)) return undefined;
  return floor.visitors.get(trackId);
}

function readPlain(call: Call, visitor: Visitor | undefined): Caller {
  if (call.method === 'GET') {
    return call.body.length === 0 ? { kind: 'caller', visitor, body: {} } : refused(400, 'body');
  }
  const body = readJsonRecord(readUtf8(call.body) ?? '');
  return body === undefined ? refused(400, 'json') : { kind: 'caller', visitor, body };
}

function findHeaderFault({ method, headers }: Call): string | undefined {
  const type = headers['content-type'];
  if (method !== 'GET' && type !== 'application/json; charset=utf-8') return 'content-type';
  const agent = headers['user-agent'] ?? '';
  const isApp =
    /^Mozilla\/5\.0 \(Linux; Android [^)]*\) MeiqiaSDK\/ Source\/SDK[\d.]+ Language\/\w+$/.test(agent) &&
    /^[\x20-\x7e]+$/.test(agent);
  if (!isApp) return 'user-agent';
  if (!/^\d+\.\d+\.\d+$/.test(String(headers.app_version))) return 'app_version';
  return headers.app_platform === 'android_sdk' && headers.app_channel === 'sdk' ? undefined : 'app_platform';
}

/** GET and POST name the enterprise, as soon as it is known, and the platform; PUT neither. */
function findQueryFault(
  floor: Floor,
  { method, path, query }: Call,
  others: readonly string[],
): string | undefined {
  if (method === 'PUT') return query.size === 0 ? undefined : 'query';
  const extra = [...query.keys()].find((name) => !['ent_id', 'src', ...others].includes(name));
  if (extra !== undefined) return extra;
  if (query.get('src') !== 'android_sdk') return 'src';
  const entId = query.get('ent_id');
  const mayBeUnknown = path === '/sdk/init_sdk_user' && entId === null;
  return mayBeUnknown || entId === floor.settings().entId ? undefined : 'ent_id';
}

function refused(status: number, because: string): Caller {
  return { kind: 'refused', reply: refusal(status, because) };
}
