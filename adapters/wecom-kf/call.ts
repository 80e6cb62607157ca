import type { MediaSink } from '../../src/ports/channel.ts';
import type { HttpCall } from '../../src/ports/http.ts';
import { hintIn, type Reading, readAnswer, readFile } from './answer.ts';
import type { CompanySettings } from './company-settings.ts';
import type { Failure } from './outcome.ts';
import { createAccessToken, type TokenTools } from './token.ts';

export type Answer = Extract<Reading, { kind: 'ok' }> | Failure;

/** Calls with the access token of a company. */
export interface Caller {
  call(request: Request): Promise<Answer>;
  /** The same as a POST of JSON. */
  post(path: string, body: object, signal?: AbortSignal, priority?: number): Promise<Answer>;
  /** A URL that opens by the token in it, for as long as that lives. `undefined`: there is no token. */
  urlOf(request: Request): Promise<string | undefined>;
}

export function createCaller(settings: CompanySettings, tools: TokenTools): Caller {
  const accessToken = createAccessToken(settings, tools);
  const call = (request: Request) => callWithToken({ settings, tools, accessToken }, request);
  return {
    call,
    post: (path, body, signal, priority = 2) =>
      call({
        path,
        body: JSON.stringify(body),
        type: 'application/json',
        priority,
        ...(signal && { signal }),
      }),
    async urlOf(request) {
      const got = await accessToken.get();
      return got.kind === 'none' ? undefined : urlOf(settings, request, got.token);
    },
  };
}

export interface Request {
  readonly path: string;
  /** For limits and logs. Default: the path. */
  readonly name?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly type?: string;
  /** Without one it is a GET. */
  readonly body?: string | Buffer;
  readonly priority?: number;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Where a file goes that is answered in place of JSON. */
  readonly into?: MediaSink;
}

interface Called {
  readonly settings: CompanySettings;
  readonly tools: TokenTools;
  readonly accessToken: ReturnType<typeof createAccessToken>;
}

/** A token that is refused is fetched anew, and the call repeated, once. */
async function callWithToken(caller: Called, request: Request): Promise<Answer> {
  // What is called off before it began is not worth a token.
  if (request.signal?.aborted) return { kind: 'notSent', code: 'aborted' };
  const { accessToken, settings } = caller;
  const first = await accessToken.get();
  if (first.kind === 'none') return { kind: 'tokenless', because: first.because };
  const answer = await callOnce(caller, request, first.token);
  const isRefused = answer.kind === 'said' && settings.tokenRefreshErrcodes.includes(answer.code);
  if (!isRefused) return answer;
  const second = await accessToken.replace(first.token);
  if (second.kind === 'none') return { kind: 'tokenless', because: second.because };
  return callOnce(caller, request, second.token);
}

async function callOnce({ settings, tools }: Called, request: Request, token: string): Promise<Answer> {
  const { body, type, signal, into, name = request.path } = request;
  const call: HttpCall = {
    method: body === undefined ? 'GET' : 'POST',
    url: urlOf(settings, request, token),
    name,
    ...(type !== undefined && { headers: { 'content-type': type } }),
    ...(body !== undefined && { body }),
    timeoutMs: request.timeoutMs ?? settings.timeoutMs,
    connectTimeoutMs: 5000,
    maxBytes: mostAnswerBytes,
    priority: request.priority ?? 1,
    ...(signal && { signal }),
    ...(into && { into, idleTimeoutMs: 15_000 }),
  };
  const result = await tools.fetch(call);
  const answer = (into && readFile(result, into)) ?? readAnswer(result, { now: tools.now() });
  if (answer.kind === 'said') {
    const hint = hintIn(result);
    tools.log.warn('wecom.refused', {
      call: request.path,
      code: answer.code,
      ...(hint !== undefined && { hint }),
    });
  }
  return answer;
}

/** A page of a thousand long messages. */
const mostAnswerBytes = 16 * 1024 * 1024;

function urlOf(
  { baseUrl }: Pick<CompanySettings, 'baseUrl'>,
  { path, query = {} }: Request,
  token: string,
): string {
  return `${baseUrl.replace(/\/+$/, '')}${path}?${new URLSearchParams({ access_token: token, ...query })}`;
}
