import type { Part } from '../../src/model/message.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { readContent, wordsOf } from './content.ts';
import { writeExtra } from './memory.ts';
import type { ZhichiSettings } from './settings.ts';
import { sha256Of } from './signature.ts';
import { type Agent, type Entry, type Forwarded, outsideIds } from './wire.ts';

/** The key of a message's words, by which a pushed and a recorded copy are known as one. */
export function fingerprintOf(parts: readonly Part[]): string {
  return sha256Of(wordsOf(parts)).slice(0, 12);
}

/** An agent's or the robot's message as an entry of a record or of the forwarding says it. */
export function eventOfEntry(entry: Entry, settings: ZhichiSettings): VendorEvent {
  const parts = partsOfEntry(entry, settings);
  const { name, face } = entry;
  const agent = { ...(name !== undefined && { name }), ...(face !== undefined && { avatar: face }) };
  const isRobot = entry.by === 'robot';
  return {
    kind: 'message',
    from: { role: isRobot ? 'robot' : 'agent', ...agent },
    parts: isRobot ? parts : nameFirst(parts, agent, settings),
    ...(isRobot && { automatic: true }),
    keys: [entry.key],
    at: entry.at,
    ...(entry.cid !== '' && { extra: writeExtra({ cid: entry.cid }) }),
  };
}

/** The parts of an entry, before anybody’s name is put to them. */
export function partsOfEntry({ key, msgType, msg }: Entry, settings: ZhichiSettings): readonly Part[] {
  return readContent({ type: msgType, content: msg, key: `entry:${key}` }, settings);
}

/** What a forwarding tells (Zhichi, 在线消息转发): only what agents say, where it is that which brings their words. */
export function eventsOfForwarded(
  forwarded: Forwarded,
  { settings, now }: { readonly settings: ZhichiSettings; readonly now: number },
): readonly VendorEvent[] {
  if (forwarded.kind === 'other') {
    const { name } = forwarded;
    if (ignoredKinds.has(name)) return [];
    return [{ kind: 'unsupported', vendorKind: name, keys: [], visitor: null, at: now }];
  }
  if (settings.replies !== 'forward') return [];
  if (forwarded.kind === 'sessions') return forwarded.sessions.map((session) => bindSession(session, now));
  const agents = forwarded.entries.filter(({ by, cid }) => by === 'agent' && cid !== '');
  // A message names its session, and no visitor.
  return agents
    .map((entry) => ({ ...eventOfEntry(entry, settings), visitor: outsideIds.session(entry.cid) }))
    .filter((event) => event.kind !== 'message' || event.parts.length > 0);
}

const ignoredKinds: ReadonlySet<string> = new Set(['evaluation', 'summary', 'user', 'userinfo']);

/** Whose session it is, so that messages that name nothing else find him. The binding is made by the reaction. */
function bindSession(
  { cid, partnerId }: { readonly cid: string; readonly partnerId: string },
  now: number,
): VendorEvent {
  const extra = writeExtra({ cid });
  return { kind: 'noted', keys: [], visitor: partnerId, at: now, react: {}, extra };
}

/** Puts the agent's name before the first text, if that is wanted. */
export function nameFirst(
  parts: readonly Part[],
  { name }: Agent,
  { showAgentName }: Pick<ZhichiSettings, 'showAgentName'>,
): readonly Part[] {
  if (name === undefined || !showAgentName) return parts;
  const first = parts.findIndex(({ kind }) => kind === 'text');
  return parts.map((part, index) =>
    index === first && part.kind === 'text' ? { ...part, text: `${name}：${part.text}` } : part,
  );
}

/** Ids to bind to a visitor whom an answer names so. */
export function idsOf({
  cid,
  visitorId,
}: {
  readonly cid?: string;
  readonly visitorId?: string;
}): readonly string[] {
  return [
    ...(cid === undefined ? [] : [outsideIds.session(cid)]),
    ...(visitorId === undefined ? [] : [outsideIds.visitor(visitorId)]),
  ];
}
