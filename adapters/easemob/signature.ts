import { createHash, createHmac } from 'node:crypto';

/** Lower-case hex MD5 over what stands side by side (Easemob, IM callbacks, section on the signature). */
export function signCallback(callId: string, secret: string, timestamp: string): string {
  return createHash('md5')
    .update(callId + secret + timestamp)
    .digest('hex');
}

/** What a signature of the REST channel covers. */
export interface SignedCall {
  readonly method: string;
  /** Without host and query. */
  readonly path: string;
  /** `X-Auth-Expires`, milliseconds. */
  readonly expires: string;
  readonly body: Buffer;
}

/** Base64 HMAC-SHA256 of method, path, end of validity and the body's MD5, a line each (Easemob, REST API channel). */
export function signCall(secret: string, signed: SignedCall, md5: 'hex' | 'base64' = 'hex'): string {
  const bodyHash = createHash('md5').update(signed.body).digest(md5);
  return createHmac('sha256', secret)
    .update([signed.method, signed.path, signed.expires, bodyHash].join('\n'))
    .digest('base64');
}
