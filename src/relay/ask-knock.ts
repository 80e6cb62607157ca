import type { Step } from '../ports/store.ts';
import { askKnock } from '../store/knocks.ts';
import type { ReplyScene } from './reply-turn.ts';

/**
 * The step that asks for a knock, where replies of people are held because the visitor's time to write to is over and the
 * channel can knock. Where only the count is used up, he was here a while ago and the window is still open: the platform
 * names subscription messages as the way out of a closed window alone.
 */
export function knockSteps(
  { tenant, view }: ReplyScene,
  because: 'window' | 'allowance',
  now: number,
): readonly Step[] {
  const { knocker } = tenant.channel;
  const { id, acts } = view.conversation;
  const isWanted = because === 'window' && view.rows.some(({ automatic }) => automatic === 0);
  if (!knocker || !isWanted) return [];
  return [
    askKnock({
      conversation: id,
      tenant: tenant.name,
      template: knocker.template,
      acts: Number(acts),
      now,
    }),
  ];
}

/** When a lane that is held has to be looked at again for a knock: at the end of a window that is still open. */
export function knockDue({ tenant, view }: ReplyScene, now: number): number | undefined {
  const endsAt = Number(view.conversation.window_ends_at);
  return tenant.channel.knocker && endsAt > now ? endsAt : undefined;
}
