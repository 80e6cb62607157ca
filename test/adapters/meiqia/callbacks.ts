import { signPush, signWebhook } from '../../../adapters/meiqia/signature.ts';
import type { RawRequest } from '../../../src/ports/request.ts';
import { SECRET_KEY, WEBHOOK_SECRET } from './desk.ts';

/** The push of the worked example, 398 bytes on one line. */
export const examplePush =
  '{"clientId":"2Fq7mXr0aBcDeFgHiJkLmNoPqRs","contentType":"text","content":"您好，请问有什么可以帮您？",' +
  '"customizedData":{"name":"微信用户7f3a"},"customizedId":"oAbCdEfGhIjKlMnOpQrStUvWxYz0","deviceOS":"Android",' +
  '"deviceToken":"kb1-oAbCdEfGhIjKlMnOpQrStUvWxYz0","fromName":"小李","id":"5836210933","messageId":"904512377",' +
  '"messageTime":"2026-01-05T08:30:12.120394","type":"message"}';

/** The webhook of the worked example, 270 bytes on one line. */
export const exampleWebhook =
  '{"id":"sub_3f0c2f3e5b1d4c589a570d9c6f1f2a11_1767602400","event":"conversation.closed",' +
  '"enterprise_token":"3f0c2f3e5b1d4c589a570d9c6f1f2a11","created_at":1767602400,' +
  '"conversation":{"conv_id":904512377,"dev_client_id":"oAbCdEfGhIjKlMnOpQrStUvWxYz0","agent_name":"小李"}}';

/** A push as Meiqia sends it; a header that is `undefined` is left out. */
export function pushOf(
  body: string | object,
  given: {
    readonly secret?: string;
    readonly headers?: Record<string, string | undefined>;
    readonly method?: string;
  } = {},
): RawRequest {
  const { secret = SECRET_KEY, headers = {}, method = 'POST' } = given;
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const authorization = `meiqia_sign:${signPush(secret, bytes)}`;
  return requestOf('push', bytes, { method, headers: { authorization, ...headers } });
}

export function webhookOf(
  body: string | object,
  given: { readonly secret?: string; readonly headers?: Record<string, string | undefined> } = {},
): RawRequest {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const signature = signWebhook(given.secret ?? WEBHOOK_SECRET, bytes);
  return requestOf('webhook', bytes, {
    method: 'POST',
    headers: { 'meiqia-signature': signature, ...given.headers },
  });
}

function requestOf(
  part: string,
  body: Buffer,
  { method, headers }: { readonly method: string; readonly headers: Record<string, string | undefined> },
): RawRequest {
  const path = `/callback/shop/main/${part}`;
  return { method, path, part, query: new URLSearchParams(), headers, body };
}
