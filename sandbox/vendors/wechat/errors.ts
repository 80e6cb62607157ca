import { randomBytes } from 'node:crypto';
import type { Answer } from '../server.ts';

/** An error of the API: HTTP status 200, `errcode`, and `errmsg` with a `rid` (WeChat, return codes page). */
export function refuse(errcode: number, now: number, type = jsonType): Answer {
  const rid = `${Math.floor(now / 1000).toString(16)}-${randomBytes(4).toString('hex')}-${randomBytes(4).toString('hex')}`;
  const errmsg = `${texts[errcode] ?? 'error'} rid: ${rid}`;
  return { status: 200, type, body: JSON.stringify({ errcode, errmsg }) };
}

export function answerJson(value: unknown, type = jsonType): Answer {
  return { status: 200, type, body: JSON.stringify(value) };
}

/** What the gateway says to a POST without `Content-Length`. */
export const preconditionFailed: Answer = {
  status: 412,
  type: 'text/html',
  body: '<html><head><title>412 Precondition Failed</title></head><body><h1>412 Precondition Failed</h1></body></html>',
};

/** WeChat's own spelling: `encoding`, not `charset`. */
const jsonType = 'application/json; encoding=utf-8';

const texts: Readonly<Record<number, string>> = {
  [-1]: 'system error',
  40001:
    'invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken',
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40004: 'invalid media type',
  40005: 'invalid file type',
  40007: 'invalid media_id',
  40008: 'invalid message type',
  40009: 'invalid image size',
  40010: 'invalid voice size',
  40011: 'invalid video size',
  40012: 'invalid thumb size',
  40013: 'invalid appid',
  40033: 'invalid charset. please check your request, if include \\uxxxx will create fail!',
  40037: 'invalid template_id',
  40125: 'invalid appsecret',
  40164: 'invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist',
  40170: 'args count exceed count limit',
  40200: 'invalid account type',
  40094: 'invalid component credential',
  41001: 'access_token missing',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41005: 'media data missing',
  41006: 'media_id missing',
  41018: 'component_access_token missing',
  41030: 'invalid page',
  42001: 'access_token expired',
  42006: 'component_access_token expired',
  42007: 'refresh_token is dead, authorise again',
  43001: 'require GET method',
  43002: 'require POST method',
  43101: 'user refuse to accept the msg',
  43107: 'subscribe msg ability is banned',
  43108: 'concurrent sending to the same user',
  44001: 'empty media data',
  44002: 'empty post data',
  44003: 'empty news data',
  44004: 'empty content',
  45001: 'media size out of limit',
  45002: 'content size out of limit',
  45003: 'title size out of limit',
  45004: 'description size out of limit',
  45005: 'url size out of limit',
  45006: 'picurl size out of limit',
  45008: 'article size out of limit',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  45015: 'response out of time limit or subscription is canceled',
  45037: 'msgmenu num invalid',
  45038: 'msgmenu list length invalid',
  45047: 'out of response count limit',
  45072: 'command is invalid',
  45080: 'no message in 30s',
  45081: 'already typing',
  45086: 'invalid appid of mini program link',
  45162: 'invalid type hint',
  45168: 'has sensitive word in message',
  47001: 'data format error',
  48001: 'api unauthorized',
  61003: 'component is not authorized by this account',
  61005: 'component ticket is expired',
  61006: 'component ticket is invalid',
  61009: 'code is invalid',
  61010: 'code is expired',
  61011: 'invalid component',
  65400: 'please enable new custom service, or wait for a while if you have enabled',
  65401: 'invalid custom service account',
  65416: 'invalid parameter',
  65417: 'time range out of limit',
  76021: 'cgi_path not found, please check',
};
