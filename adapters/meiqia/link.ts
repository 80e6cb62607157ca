import type { Message } from '../../src/model/message.ts';
import type { Attempt, Delivery } from '../../src/ports/helpdesk.ts';
import { note, readMemory } from './memory.ts';
import { ownIdOf, profileOf, routeOf } from './profile.ts';
import type { MeiqiaSettings } from './settings.ts';

/** Answers a visitor with the way to Meiqia's own chat page, where agents see him; nothing of what he wrote goes there. */
export function giveLink(
  { settings, now }: { readonly settings: MeiqiaSettings; readonly now: () => number },
  message: Message,
  attempt: Attempt,
): Delivery {
  const at = now();
  const { linkedAt } = readMemory(attempt.memory.conversation);
  const isWords = message.parts.some(({ kind }) => kind !== 'event');
  const isDue = linkedAt === undefined || at - linkedAt >= settings.linkIntervalSec * 1000;
  if (!isWords || !isDue) return { outcome: 'accepted' };
  const url = linkOf(settings, attempt.conversation, attempt.routing);
  return {
    outcome: 'accepted',
    say: [{ kind: 'link', title: '在线客服', description: '点击进入，与客服对话', url }],
    events: [note({ linkedAt: at }, at)],
  };
}

/** The chat page for one visitor, with what agents see beside the chat. */
export function linkOf(
  settings: MeiqiaSettings,
  conversation: Attempt['conversation'],
  routing?: Attempt['routing'],
): string {
  const { groupToken } = routeOf(settings, conversation, routing);
  const query = [
    ['_', 't'],
    ['eid', settings.entId ?? ''],
    ['clientid', ownIdOf(settings, conversation)],
    ['metadata', JSON.stringify(profileOf(settings, conversation))],
    ...(groupToken === undefined ? [] : [['groupid', groupToken]]),
  ];
  return `${settings.chatPage}?${query.map(([name, value = '']) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}
