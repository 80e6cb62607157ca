import type { JsonRecord } from '../json.ts';
import type { Answer } from '../server.ts';

/** What an interface says: its own fields, or that it does not take the call. `because` is for people who look for the fault. */
export type Reply =
  | { readonly kind: 'answer'; readonly code: number; readonly fields?: JsonRecord }
  | RefusingReply;

export interface RefusingReply {
  readonly kind: 'refusal';
  readonly code: number;
  readonly because: string;
}

export function refusal(code: number, because: string): RefusingReply {
  return { kind: 'refusal', code, because };
}

/** HTTP status 200 whatever `code` says, with the time of the server's own clock. */
export function writeAnswer(
  code: number,
  { fields = {}, asString, now }: { fields?: JsonRecord; asString: boolean; now: number },
): Answer {
  return {
    status: 200,
    type: 'application/json;charset=utf-8',
    headers: { Date: new Date(now).toUTCString() },
    body: JSON.stringify({ code: asString ? String(code) : code, ...fields }),
  };
}

export function writeRefusal(code: number, options: { asString: boolean; now: number }): Answer {
  return writeAnswer(code, { ...options, fields: { message: texts[code] ?? 'error' } });
}

/** What the gateway says to a path or method that it does not know. */
export function writeStatus(status: 404 | 405): Answer {
  return { status, type: 'text/html', body: `<html><body><h1>${status}</h1></body></html>` };
}

const texts: Readonly<Record<number, string>> = {
  14001: 'appKey error',
  14002: 'checksum error',
  14003: 'time error',
  14004: 'param error',
  14005: 'no staff online',
  14006: 'need queue',
  14007: 'user not apply staff',
  14008: 'ip forbidden',
  14009: 'request too frequent',
  14010: 'no staff online and leave message closed',
  14403: 'not ready',
  14500: 'server error',
  14501: 'data too large',
  14515: 'no permission',
};
