import { z } from 'zod';
import type { Json } from '../model/message.ts';
import type { MediaSink } from '../ports/channel.ts';
import type { HttpCall, HttpResult } from '../ports/http.ts';
import { type ApiAnswer, readApiAnswer, requestIdIn } from './api-answer.ts';
import { apiUrl } from './api-url.ts';
import { type Downloaded, downloadTimes, readDownload } from './download.ts';
import { consequenceOf } from './errors.ts';
import { writeMultipart } from './multipart.ts';
import { pauseAfter } from './pause.ts';
import type { WeChatSettings } from './settings.ts';
import { createStops } from './stops.ts';
import { createTokenSource } from './token.ts';
import type { ChannelTools } from './tools.ts';
import type { TypingPath } from './typing.ts';

/** WeChat's endpoints, one function each. */
export interface WeChatClient {
  /** Sends a customer-service message: its JSON, raw UTF-8. */
  sendMessage(body: string, attempt: Pick<HttpCall, 'signal' | 'permit'>): Promise<ApiAnswer<unknown>>;
  /** Sends a subscription message: its JSON, raw UTF-8. */
  sendSubscription(body: string, signal: AbortSignal): Promise<ApiAnswer<unknown>>;
  /** Shows that an agent is writing. What WeChat has against it is no fault, and only logged for the curious. */
  showTyping(path: TypingPath, body: string, signal: AbortSignal): Promise<ApiAnswer<unknown>>;
  /** Uploads a medium, and gives its media id, good for three days. */
  uploadMedia(
    type: 'image' | 'voice' | 'video' | 'thumb',
    file: { readonly type: string; readonly bytes: Buffer },
    signal: AbortSignal,
  ): Promise<ApiAnswer<string>>;
  /** Fetches a medium by its id into a sink; a video comes as the address where it lies. */
  downloadMedia(mediaId: string, into: MediaSink, signal: AbortSignal): Promise<ApiAnswer<Downloaded>>;
  /** Calls any other API: POST with a body, else GET. */
  callApi(path: string, body: Json | undefined): Promise<ApiAnswer<Json>>;
}

export function createClient(settings: WeChatSettings, tools: ChannelTools): WeChatClient {
  const tokens = createTokenSource(settings, tools);
  const stops = createStops(settings, tools);

  async function attempt<Value>(call: TokenCall<Value>, token: string): Promise<ApiAnswer<Value>> {
    const url = apiUrl(settings, call.path, { access_token: token, ...call.query });
    const answer = call.read(await tools.fetch({ ...call.http, url, name: call.path }));
    if (answer.kind === 'said') {
      const rid = requestIdIn(answer.text);
      tools.log[call.isMinor ? 'debug' : 'warn']('wechat.refused', {
        call: call.path,
        errcode: answer.errcode,
        ...(rid === undefined ? {} : { rid }),
      });
      return pauseAfter(answer, call.path, tools);
    }
    return answer;
  }

  /** A refused token is replaced and the call repeated, once. */
  async function callOnce<Value>(call: TokenCall<Value>): Promise<ApiAnswer<Value>> {
    const first = await tokens.get();
    if (first.kind !== 'token') return { kind: 'noToken', because: first };
    const answer = await attempt(call, first.token);
    if (!isTokenRefused(answer)) return answer;
    const second = await tokens.replace(first.token);
    if (second.kind !== 'token') return { kind: 'noToken', because: second };
    const repeated = await attempt(call, second.token);
    if (isTokenRefused(repeated) && second.token === first.token) await tokens.force(second.token);
    return repeated;
  }

  function callWithToken<Value>(call: TokenCall<Value>): Promise<ApiAnswer<Value>> {
    return stops.run(call.path, () => callOnce(call));
  }

  return {
    callApi: (path, body) =>
      callWithToken({
        path,
        http:
          body === undefined
            ? { method: 'GET' }
            : {
                method: 'POST',
                headers: { 'content-type': 'application/json' },
                body: JSON.stringify(body),
              },
        read: (result) => readApiAnswer(result, jsonShape),
      }),
    sendMessage: (body, { signal, permit }) =>
      callWithToken({
        path: '/cgi-bin/message/custom/send',
        http: {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
          ...(signal && { signal }),
          ...(permit && { permit }),
        },
        read: (result) => readApiAnswer(result, z.looseObject({})),
      }),
    sendSubscription: (body, signal) =>
      callWithToken({
        path: '/cgi-bin/message/subscribe/send',
        http: { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal },
        read: (result) => readApiAnswer(result, z.looseObject({})),
      }),
    showTyping: (path, body, signal) =>
      callWithToken({
        path: `/cgi-bin/message/custom/${path === 'business' ? 'business/' : ''}typing`,
        http: { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal },
        read: (result) => readApiAnswer(result, z.looseObject({})),
        isMinor: true,
      }),
    uploadMedia(type, file, signal) {
      const form = writeMultipart(file, tools.random);
      return callWithToken({
        path: '/cgi-bin/media/upload',
        query: { type },
        http: {
          method: 'POST',
          headers: { 'content-type': form.type },
          body: form.body,
          timeoutMs: 30_000,
          signal,
        },
        read: (result) => readApiAnswer(result, uploadShape),
      });
    },
    downloadMedia: (mediaId, into, signal) =>
      callWithToken({
        path: '/cgi-bin/media/get',
        query: { media_id: mediaId },
        http: { method: 'GET', ...downloadTimes, into, signal },
        read: (result) => readDownload(result, into.head()),
      }),
  };
}

interface TokenCall<Value> {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly http: Omit<HttpCall, 'url' | 'name'>;
  readonly read: (result: HttpResult) => ApiAnswer<Value>;
  /** Nothing is lost where it is refused. */
  readonly isMinor?: true;
}

function isTokenRefused(answer: ApiAnswer<unknown>): boolean {
  return answer.kind === 'said' && consequenceOf(answer.errcode).kind === 'refreshToken';
}

/** What came out of `JSON.parse` is JSON. */
const jsonShape = z.custom<Json>((value) => typeof value === 'object');

/** A thumb has a name of its own. */
const uploadShape = z.union([
  z.looseObject({ media_id: z.string().min(1) }).transform(({ media_id }) => media_id),
  z.looseObject({ thumb_media_id: z.string().min(1) }).transform(({ thumb_media_id }) => thumb_media_id),
]);
