import { createHash } from 'node:crypto';
import { isSameText } from '../../src/formats/same-text.ts';

/** The sign of a token call; `createTime` is whole seconds (Zhichi, `get_token`). */
export function signTokenCall(appId: string, createTime: string, appKey: string): string {
  return md5Of(appId + createTime + appKey);
}

/** The parts that `X-Log-Sign` covers: never the body (Zhichi, 在线消息转发). */
export interface SignedLog {
  readonly companyId: string;
  /** Milliseconds, as they came. */
  readonly time: string;
  readonly random: string;
}

/** The sign of a forwarding, by the key of the forwarding. */
export function signLog({ companyId, time, random }: SignedLog, forwardKey: string): string {
  return md5Of(companyId + time + random + forwardKey);
}

/** Whether a text from outside is this secret: their hashes are compared, so that time tells nothing of either. */
export function isSecret(given: string, secret: string): boolean {
  return isSameText(sha256Of(given), sha256Of(secret));
}

/** Lower-case hex. */
export function sha256Of(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
