import { createHmac } from 'node:crypto';

/** A token as a merchant's library makes it. */
export function signToken(
  key: string,
  claims: object,
  header: object = { alg: 'HS256', typ: 'JWT' },
): string {
  const [head, payload] = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = createHmac('sha256', key).update(`${head}.${payload}`).digest('base64url');
  return `${head}.${payload}.${signature}`;
}
