import { z } from 'zod';
import type { HttpResult } from '../ports/http.ts';

/**
 * What a call of the API came to. `said`: WeChat refused it with a code (`text` is for people and logs only). `status`:
 * an HTTP status that is no answer of the API. `notSent`: nothing reached WeChat (`untilMs`: the pace lets it go
 * no sooner). `lost`: it may have been done.
 * `noToken`: the call was not made, because no access token could be had. `stopped`: it was not made or not taken,
 * because the account does not work until somebody has looked; it is tried again then (milliseconds since 1970).
 */
export type ApiFailure =
  | { readonly kind: 'said'; readonly errcode: number; readonly text: string }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'notSent'; readonly code: string; readonly untilMs?: number }
  | { readonly kind: 'lost'; readonly code: string }
  | { readonly kind: 'noToken'; readonly because: ApiFailure }
  | { readonly kind: 'stopped'; readonly code: string; readonly alarm: string; readonly untilMs: number };

export type ApiAnswer<Value> = { readonly kind: 'ok'; readonly value: Value } | ApiFailure;

/**
 * Reads the JSON answer of an API call, whatever its content type says. Errors come with status 200; success is
 * `errcode` 0 or none. What cannot be read after a 2xx may have been done: `lost`.
 */
export function readApiAnswer<Value>(result: HttpResult, shape: z.ZodType<Value>): ApiAnswer<Value> {
  const failure = readFailure(result);
  if (failure !== undefined) return failure;
  const json = result.kind === 'answer' ? readObject(result.body) : undefined;
  const said = errorIn(json);
  if (said !== undefined) return said;
  const value = shape.safeParse(json);
  return value.success ? { kind: 'ok', value: value.data } : { kind: 'lost', code: 'unreadable' };
}

/** What an HTTP result alone tells; `undefined` for a 2xx. */
export function readFailure(result: HttpResult): ApiFailure | undefined {
  switch (result.kind) {
    case 'answer':
      return result.status >= 200 && result.status < 300
        ? undefined
        : { kind: 'status', status: result.status };
    case 'notSent':
      return result;
    case 'refused':
      return { kind: 'notSent', code: result.code };
    case 'lost':
      return { kind: 'lost', code: result.code };
    case 'tooLarge':
      return { kind: 'lost', code: 'tooLarge' };
    default:
      return result satisfies never;
  }
}

/** The error that a JSON answer carries, if it carries one. */
export function errorIn(json: unknown): Extract<ApiFailure, { kind: 'said' }> | undefined {
  const { data } = errorShape.safeParse(json);
  if (data === undefined || data.errcode === 0) return undefined;
  return { kind: 'said', errcode: data.errcode, text: data.errmsg };
}

/** `undefined` if the body is no JSON object. */
export function readObject(body: Buffer): object | undefined {
  try {
    const json: unknown = JSON.parse(body.toString('utf8'));
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

/** WeChat's name of the request, by which its own tools show it for seven days. */
export function requestIdIn(text: string): string | undefined {
  return /\brid: ?([0-9a-f]+(?:-[0-9a-f]+)+)/.exec(text)?.[1];
}

const errorShape = z.looseObject({ errcode: z.coerce.number().int(), errmsg: z.string().catch('') });
