import type { JsonRecord } from '../json.ts';
import type { Answer } from '../server.ts';

/** What an interface says: its own fields, or that it does not take the call. `because` is for people who look for the fault. */
export type Reply =
  | { readonly kind: 'answer'; readonly fields: JsonRecord }
  | { readonly kind: 'refusal'; readonly status: number; readonly because: string };

export function answer(fields: JsonRecord): Reply {
  return { kind: 'answer', fields };
}

export function refusal(status: number, because: string): Reply {
  return { kind: 'refusal', status, because };
}

export function writeJson(fields: JsonRecord, status = 200): Answer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(fields) };
}

/** An id of any length as a bare number. */
export function bare(digits: string): unknown {
  const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }; // in Node 24, not yet in the types
  return rawJSON(digits);
}
