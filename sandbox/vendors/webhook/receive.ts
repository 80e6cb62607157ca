import { isRecord, type JsonRecord, readJsonRecord, readUtf8 } from '../json.ts';
import type { Answer, Call } from '../server.ts';
import { openSchema } from './schema.ts';
import { isSigned, signBytes } from './signature.ts';

/** A call that was proved and fits the published description. */
export interface Received {
  readonly id: string;
  readonly type: string;
  readonly data: JsonRecord;
}

export type Receipt =
  | { readonly kind: 'received'; readonly received: Received }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string };

export interface ReceiverSettings {
  readonly secret: string;
  readonly path: string;
}

const toleranceSec = 300;

/** Reads calls as a careful helpdesk does: nothing is looked at before its signature. */
export function openReceiver(settings: ReceiverSettings): (call: Call) => Receipt {
  const faultIn = openSchema('FromBridge');
  return (call) => {
    if (call.path !== settings.path) return refused(404, 'path');
    if (call.method !== 'POST') return refused(405, 'method');
    if (call.headers['content-type'] !== 'application/json') return refused(415, 'content-type');
    const id = headerOf(call, 'webhook-id');
    const time = headerOf(call, 'webhook-timestamp');
    if (!/^[\x21-\x2d\x2f-\x7e]+$/.test(id) || !/^[1-9]\d*$/.test(time)) return refused(401, 'headers');
    const expected = signBytes(settings.secret, { id, time, body: call.body });
    const signatures = headerOf(call, 'webhook-signature').split(' ');
    if (!signatures.some((signature) => isSigned(signature, expected))) return refused(401, 'signature');
    if (Math.abs(call.at / 1000 - Number(time)) > toleranceSec) return refused(401, 'timestamp');
    const json = readJsonRecord(readUtf8(call.body) ?? '');
    const fault = faultIn(json);
    if (fault !== undefined) return refused(422, fault);
    if (json === undefined || json.id !== id) return refused(422, 'id: expected the webhook-id');
    const data = isRecord(json.data) ? json.data : {};
    return { kind: 'received', received: { id, type: String(json.type), data } };
  };
}

export function answerJson(status: number, json: object): Answer {
  return { status, type: 'application/json', body: JSON.stringify(json) };
}

function headerOf({ headers }: Call, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

function refused(status: number, reason: string): Receipt {
  return { kind: 'refused', status, reason };
}
