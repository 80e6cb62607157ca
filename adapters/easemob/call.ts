import type { Tools } from '../../src/ports/helpdesk.ts';
import { type Answer, readAnswer } from './answer.ts';
import type { EasemobSettings } from './settings.ts';
import type { AppToken } from './token.ts';

/** A call of the IM API below the app's address. */
export interface Request {
  readonly method?: 'GET';
  readonly path: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly priority: number;
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

export interface Caller {
  readonly settings: EasemobSettings;
  readonly tools: Pick<Tools, 'fetch' | 'now' | 'log'>;
  readonly base: string;
  readonly token: AppToken;
}

/** Where the API of the app is. */
export function baseOf({ restBase, orgName, appName }: EasemobSettings): string {
  return `${restBase.replace(/\/+$/, '')}/${orgName}/${appName}`;
}

/**
 * Calls with the app's token. One that is refused is replaced, and the call repeated, once: a call that was not let in has
 * done nothing.
 */
export function createCall(caller: Caller): (request: Request) => Promise<Answer> {
  const { token } = caller;
  return async (request) => {
    const first = await token.get();
    if (first.kind === 'none') return { kind: 'tokenless', because: first.because };
    const answer = await callWith(caller, first.token, request);
    if (answer.kind !== 'said' || answer.status !== 401) return note(caller, answer, request);
    const second = await token.replace(first.token);
    if (second.kind === 'none') return { kind: 'tokenless', because: second.because };
    return note(caller, await callWith(caller, second.token, request), request);
  };
}

async function callWith(
  { settings, tools, base }: Caller,
  bearer: string,
  request: Request,
): Promise<Answer> {
  const { method = 'POST', path, body, priority, signal } = request;
  const result = await tools.fetch({
    method,
    url: `${base}${path}`,
    name: path.startsWith('/chatmessages/') ? '/chatmessages' : path,
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': request.type ?? 'application/json' }),
      ...request.headers,
      authorization: `Bearer ${bearer}`,
    },
    ...(body !== undefined && { body }),
    timeoutMs: request.timeoutMs ?? settings.timeoutMs,
    connectTimeoutMs: 5000,
    signal,
    priority,
  });
  return readAnswer(result, tools.now());
}

function note({ token, tools }: Caller, answer: Answer, { path }: Request): Answer {
  if (answer.kind === 'ok' || (answer.kind === 'said' && answer.status !== 401)) token.noteGood();
  if (answer.kind === 'said') {
    tools.log.warn('easemob.refused', { call: path, status: answer.status, code: answer.code });
  }
  return answer;
}
