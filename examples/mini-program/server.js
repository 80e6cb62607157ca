// The merchant's server: tells the mini-program who its visitor is, signed, for the session-from of its contact button.
// APPID=wx… SECRET=… SIGNING_KEY="$(openssl rand -base64 48)" node examples/mini-program/server.js
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

const { APPID = '', SECRET = '', SIGNING_KEY = '', HOST = '127.0.0.1', PORT = '4100' } = process.env;
const { WECHAT = 'https://api.weixin.qq.com' } = process.env;
const lifeSec = 3600;

/** Yours: what agents are to know of a customer. Mind WeChat's 1024 characters for the whole session-from. */
async function findCustomer(openid) {
  return { name: '张三', vip: 3, customer: openid.slice(-6) };
}

/** A JSON Web Token (HS256): this visitor alone can come with it, and not for long. */
export function signProfile(profile, { openid, appid, key, now = Date.now() }) {
  const claims = { ...profile, sub: openid, aud: appid, exp: Math.floor(now / 1000) + lifeSec };
  const pieces = [{ alg: 'HS256', typ: 'JWT' }, claims].map((piece) => JSON.stringify(piece));
  const signed = pieces.map((piece) => Buffer.from(piece).toString('base64url')).join('.');
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

/** Whose code of wx.login it is, by WeChat's word: the client does not say who it is. */
async function openidOf(code) {
  const asked = { appid: APPID, secret: SECRET, js_code: code, grant_type: 'authorization_code' };
  const url = `${WECHAT}/sns/jscode2session?${new URLSearchParams(asked)}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
  return (await answer.json()).openid;
}

export const server = createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status).end(body && JSON.stringify(body));
  try {
    if (request.method !== 'POST' || request.url !== '/session-from') return answer(404);
    if (!(Number(request.headers['content-length']) <= 1000)) return answer(413);
    const openid = await openidOf(String((await json(request)).code));
    if (!openid) return answer(401);
    const token = signProfile(await findCustomer(openid), { openid, appid: APPID, key: SIGNING_KEY });
    answer(200, { token, lifeSec });
  } catch (error) {
    console.error(error.message); // no codes, no secrets
    answer(500);
  }
});

if (import.meta.main)
  server.listen(Number(PORT), HOST, () =>
    console.log(`listening on http://${HOST}:${server.address().port}`),
  );
