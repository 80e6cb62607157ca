import { createHash } from 'node:crypto';

/**
 * The id under which one piece of a message goes, the same for every repeat. The last piece goes under the message's own
 * id, in the form of a UUID, so that its receipt names the message; pieces before it have ids of version 8, as the bridge
 * makes none of these.
 */
export function messageIdOf(key: string, piece: number, isLast: boolean): string {
  if (isLast) return toUuid(/^m_([0-9a-f]{32})$/.exec(key)?.[1]) ?? key;
  const hash = createHash('sha256').update(`${key}\n${piece}`).digest('hex');
  return toUuid(`${hash.slice(0, 12)}8${hash.slice(13, 16)}8${hash.slice(17, 32)}`) ?? key;
}

/** The same where the other side wants a UUID whatever the key is. */
export function messageUuidOf(key: string, piece: number, isLast: boolean): string {
  const id = messageIdOf(key, piece, isLast);
  return uuidPattern.test(id) ? id : messageIdOf(key, -1, false);
}

/** The message whose receipt names this id; `undefined` for a piece before its last one. */
export function keyOfMessageId(id: string): string | undefined {
  if (!uuidPattern.test(id)) return id;
  return id[14] === '8' ? undefined : `m_${id.replaceAll('-', '')}`;
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function toUuid(hex: string | undefined): string | undefined {
  return hex?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
