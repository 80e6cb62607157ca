import type { Step } from '../ports/store.ts';
import { markHeldTold, proveActs } from '../store/allowance.ts';
import type { MessageTable } from '../store/tables.ts';
import { finishReply, holdReply, postponeReply, promoteFirst } from '../store/turns.ts';
import { knockDue, knockSteps } from './ask-knock.ts';
import type { SendPlan } from './plan-sends.ts';
import type { ReplyScene } from './reply-turn.ts';
import { plain, runTagged, tagged } from './tagged-batch.ts';
import { tellAgent, wakeHelpdesks } from './tell-helpdesk.ts';

/** A text waits for another: the lane is looked at again then, or when something comes. */
export async function waitForCompany(scene: ReplyScene, until: number): Promise<'more' | 'done'> {
  const [head] = scene.view.rows;
  const written = head
    ? await write(scene, [postponeReply({ id: head.id, due: until, code: 'join' })])
    : 'written';
  if (written !== 'written') return written;
  scene.bridge.lanes.expect(until);
  return 'done';
}

/** The visitor has to act first. All that stands in the lane is held, and the agent is told once until he does. */
export async function holdLane(
  scene: ReplyScene,
  { because, until }: Extract<SendPlan, { kind: 'hold' }>,
): Promise<'more' | 'done'> {
  const { bridge, tenant, view } = scene;
  const { rows, conversation } = view;
  const now = bridge.clock.now();
  const expiry = Number(rows[0]?.received_at) + tenant.channel.rules.holdTtlMs;
  const due = Math.max(now, Math.min(expiry, until ?? expiry, knockDue(scene, now) ?? expiry));
  const steps = rows.map((row, index) =>
    holdReply({ id: row.id, due: index === 0 ? due : null, code: because }),
  );
  const isTold = Number(conversation.held_told) === Number(conversation.acts);
  const knock = knockSteps(scene, because, now);
  // Who knocks tells the agent, of both at once.
  const told = isTold || knock.length > 0 ? [] : tellAgent(tenant, rows, { text: heldNotes[because], now });
  const mark = told.length > 0 ? [markHeldTold({ id: conversation.id })] : [];
  const written = await write(scene, [...steps, ...knock, ...told, ...mark]);
  if (written !== 'written') return written;
  const fresh = rows.filter(({ state }) => state !== 'held').length;
  if (fresh > 0) {
    bridge.log.info('reply.held', {
      tenant: tenant.name,
      conversation: conversation.id,
      because,
      replies: rows.length,
    });
  }
  if (told.length > 0) wakeHelpdesks(bridge, tenant, rows);
  if (knock.length > 0) bridge.lanes.wake({ ...scene.lane, kind: 'knock' });
  bridge.lanes.expect(due);
  return 'done';
}

/** What the agent reads. */
export const heldNotes = {
  allowance: '微信暂不允许继续下发，后续消息已暂存，访客再次发言后自动送达。',
  window: '访客已超过微信允许的会话时间，消息已暂存，访客再次发言后自动送达。',
} as const;

/** Automatic words that make no sense any more, or have to yield, leave the lane; the reason stands on the row. */
export async function dropReplies(
  scene: ReplyScene,
  { ids, code }: Extract<SendPlan, { kind: 'drop' }>,
): Promise<'more' | 'done'> {
  const { bridge, tenant, lane } = scene;
  const now = bridge.clock.now();
  const steps = ids.map((id) => finishReply({ id, state: 'dropped', code, now }));
  bridge.log.info('reply.dropped', {
    tenant: tenant.name,
    conversation: lane.conversation,
    code,
    replies: ids.length,
  });
  const next = promoteFirst({ conversation: lane.conversation, lane: 'reply', now });
  return (await write(scene, [...steps, next])) === 'done' ? 'done' : 'more';
}

/** Replies that were held for too long are given up, and the agent is told. */
export async function expireReplies(scene: ReplyScene, ids: readonly string[]): Promise<'more' | 'done'> {
  const { bridge, tenant, lane, view } = scene;
  const now = bridge.clock.now();
  const old: readonly MessageTable[] = view.rows.filter(({ id }) => ids.includes(id));
  const steps = ids.map((id) => finishReply({ id, state: 'expired', code: 'expired', now }));
  const told = tellAgent(tenant, old, {
    text: `访客一直未再发言，${old.length} 条暂存消息已过期，未送达。`,
    now,
  });
  bridge.log.warn('reply.expired', {
    tenant: tenant.name,
    conversation: lane.conversation,
    replies: ids.length,
  });
  const written = await write(scene, [
    ...steps,
    ...told,
    promoteFirst({ conversation: lane.conversation, lane: 'reply', now }),
  ]);
  if (told.length > 0) wakeHelpdesks(bridge, tenant, old);
  return written === 'done' ? 'done' : 'more';
}

/** `more`: the visitor has acted since the lane was looked at, so look again. `done`: a newer turn has begun. */
async function write(
  { bridge, hold, view }: ReplyScene,
  steps: readonly Step[],
): Promise<'written' | 'more' | 'done'> {
  const { id, acts } = view.conversation;
  const missed = await runTagged(bridge.store, [
    ...tagged({ kind: 'turn' }, hold.prove()),
    ...tagged({ kind: 'acted' }, proveActs({ id, acts: Number(acts) }, 1)),
    ...plain(...steps),
  ]);
  if (missed === undefined) return 'written';
  return missed.kind === 'acted' ? 'more' : 'done';
}
