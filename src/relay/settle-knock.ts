import type { KnockOutcome } from '../ports/channel.ts';
import type { Step } from '../ports/store.ts';
import type { KnockTable } from '../store/account-tables.ts';
import { markHeldTold } from '../store/allowance.ts';
import { awaitKnockBudget, exhaustKnocks, giveKnockBack, settleKnock } from '../store/knocks.ts';
import { heldNotes } from './hold-replies.ts';
import type { KnockScene } from './knock-turn.ts';
import { askedPause, pauseBeforeNext } from './pauses.ts';
import { plain, runTagged, tagged } from './tagged-batch.ts';
import { tellAgent, wakeHelpdesks } from './tell-helpdesk.ts';

interface Settled {
  readonly state: KnockTable['state'];
  /** When it is to be tried again. */
  readonly due?: number;
  readonly steps: readonly Step[];
}

/** Writes down what became of a knock. `changes`: what the visitor had said of the template when it was taken. */
export async function settleKnocked(
  scene: KnockScene,
  outcome: KnockOutcome,
  changes: number,
): Promise<void> {
  const { bridge, tenant, knock } = scene;
  const settled = settle(scene, outcome, changes);
  bridge.log[outcome.outcome === 'refused' ? 'warn' : 'info']('knock.attempted', {
    tenant: tenant.name,
    conversation: knock.conversation,
    attempt: knock.attempts + 1,
    outcome: outcome.outcome,
    ...('code' in outcome && { code: outcome.code }),
    state: settled.state,
  });
  if ('alarm' in outcome && outcome.alarm !== undefined) {
    bridge.log.error('alarm.raised', { tenant: tenant.name, alarm: outcome.alarm });
  }
  await write(scene, settled);
}

/** Nothing waits for the visitor any more, he has acted, or the channel cannot knock any more. */
export async function dropKnock(scene: KnockScene): Promise<void> {
  const { conversation } = scene.knock;
  const steps = [settleKnock({ conversation, state: 'dropped', due: null, code: null })];
  await write(scene, { state: 'dropped', steps });
}

/** The visitor allows none: no call is made until he does. */
export async function waitForBudget(scene: KnockScene): Promise<void> {
  const { bridge, tenant, knock } = scene;
  bridge.log.info('knock.waiting', { tenant: tenant.name, conversation: knock.conversation });
  await write(scene, waiting(scene, 'no budget', []));
}

function settle(scene: KnockScene, outcome: KnockOutcome, changes: number): Settled {
  const { bridge, knock } = scene;
  const { conversation, template } = knock;
  const budget = { conversation, template, changes };
  switch (outcome.outcome) {
    case 'accepted':
      return { state: 'sent', steps: [settleKnock({ conversation, state: 'sent', due: null, code: null })] };
    case 'unknown': {
      // It may have reached him, and a second one would be a nuisance.
      const { code } = outcome;
      return { state: 'unknown', steps: [settleKnock({ conversation, state: 'unknown', due: null, code })] };
    }
    case 'unallowed':
      return waiting(scene, outcome.code, [exhaustKnocks(budget)]);
    case 'refused': {
      const end = settleKnock({ conversation, state: 'refused', due: null, code: outcome.code });
      return { state: 'refused', steps: [giveKnockBack(budget), end] };
    }
    case 'later': {
      const pauseMs = askedPause(outcome.afterMs) ?? pauseBeforeNext(knock.attempts + 1, bridge.random());
      const due = bridge.clock.now() + pauseMs;
      const again = settleKnock({ conversation, state: 'due', due, code: outcome.code });
      return { state: 'due', due, steps: [giveKnockBack(budget), again] };
    }
    default:
      return outcome satisfies never;
  }
}

/** He may have allowed one while the call was under way: then it is due at once. */
function waiting({ bridge, knock }: KnockScene, code: string, before: readonly Step[]): Settled {
  const now = bridge.clock.now();
  const { conversation } = knock;
  return { state: 'waiting', due: now, steps: [...before, awaitKnockBudget({ conversation, code, now })] };
}

/** The agent is told with it, unless the visitor has acted by now. */
async function write(scene: KnockScene, { state, due, steps }: Settled): Promise<void> {
  const { bridge, tenant, hold, knock, conversation, held } = scene;
  const isOver = Number(knock.acts) !== Number(conversation.acts);
  const note = isOver ? '' : noteFor(state, scene);
  const told = note === '' ? [] : tellAgent(tenant, held, { text: note, now: bridge.clock.now() });
  const mark = told.length > 0 ? [markHeldTold({ id: conversation.id })] : [];
  const missed = await runTagged(bridge.store, [
    ...tagged({ kind: 'turn' }, hold.prove()),
    ...plain(...steps, ...told, ...mark),
  ]);
  if (missed) return;
  if (told.length > 0) wakeHelpdesks(bridge, tenant, held);
  if (due !== undefined) bridge.lanes.expect(due);
}

/** That replies are held is told once until the visitor acts: with the knock, where it went out at once. */
function noteFor(state: KnockTable['state'], { conversation }: KnockScene): string {
  const isTold = Number(conversation.held_told) === Number(conversation.acts);
  const held = isTold ? '' : heldNotes.window;
  return state === 'sent' ? `${held}已发送订阅消息提醒访客。` : held;
}
