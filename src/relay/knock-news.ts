import { conversationId } from '../model/conversation.ts';
import type { KnockItem, PlatformNews } from '../ports/channel.ts';
import type { Step } from '../ports/store.ts';
import { allowKnock, forbidKnocks, noteKnockResult, releaseKnock } from '../store/knocks.ts';
import type { Bridge, Tenant } from './bridge.ts';

/** What a platform event says of knocks at a visitor, whether he has a conversation or not. */
export function knockNewsSteps(tenant: Tenant, { knocks }: PlatformNews, now: number): readonly Step[] {
  if (!knocks) return [];
  const conversation = conversationId(tenant.name, knocks.visitor);
  return knocks.items.flatMap((item) => stepsOf(item, { conversation, template: item.template, now }));
}

/** A knock that waited for the visitor's leave may go now. */
export function wakeForNews({ lanes }: Bridge, tenant: Tenant, { knocks }: PlatformNews): void {
  if (!tenant.channel.knocker || !knocks?.items.some(({ kind }) => kind === 'allowed')) return;
  const conversation = conversationId(tenant.name, knocks.visitor);
  lanes.wake({ kind: 'knock', tenant: tenant.name, conversation });
}

function stepsOf(
  item: KnockItem,
  { now, ...budget }: { readonly conversation: string; readonly template: string; readonly now: number },
): readonly Step[] {
  switch (item.kind) {
    case 'allowed':
      return [allowKnock({ ...budget, now }), releaseKnock({ ...budget, now })];
    case 'forbidden':
      return [forbidKnocks({ ...budget, now })];
    case 'delivered':
      return [noteKnockResult({ ...budget, result: 'delivered' })];
    case 'undelivered':
      return [noteKnockResult({ ...budget, result: item.code })];
    default:
      return item satisfies never;
  }
}
