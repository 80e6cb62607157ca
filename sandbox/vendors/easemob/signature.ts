import { createHash, createHmac } from 'node:crypto';

/** What proves a callback of the IM cloud: lower-case hex MD5 of three texts side by side. */
export function signCallback(callId: string, secret: string, timestamp: number | string): string {
  return createHash('md5').update(`${callId}${secret}${timestamp}`).digest('hex');
}

/** What proves a call of the REST API channel, either way. */
export function signRest(
  secret: string,
  call: { readonly path: string; readonly expires: string; readonly body: Buffer },
  md5: 'hex' | 'base64' = 'hex',
): string {
  const content = createHash('md5').update(call.body).digest(md5);
  return createHmac('sha256', secret)
    .update(`POST\n${call.path}\n${call.expires}\n${content}`)
    .digest('base64');
}
