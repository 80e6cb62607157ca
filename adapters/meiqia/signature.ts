import { createHash, createHmac } from 'node:crypto';

/**
 * What stands behind `meiqia_sign:` in the header of a push: the hex text of an HMAC-SHA1 over the body's bytes, and
 * that text in base64, 56 characters (Meiqia, example of push signatures).
 */
export function signPush(secretKey: string, body: Buffer): string {
  const hex = createHmac('sha1', secretKey).update(body).digest('hex');
  return Buffer.from(hex).toString('base64');
}

/** Hex SHA-1 of a webhook's body and the secret behind it (Meiqia, help page on Webhooks). */
export function signWebhook(secret: string, body: Buffer): string {
  return createHash('sha1').update(body).update(secret).digest('hex');
}

/** `appKey:trackId:expiry`, good for a minute: no signature, although it stands in `Authorization`. */
export function authorizationOf(appKey: string, trackId: string, now: number): string {
  return `${appKey}:${trackId}:${Math.floor(now / 1000) + lifeSec}`;
}

const lifeSec = 60;
