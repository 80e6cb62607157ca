import type { SendOutcome } from '../ports/channel.ts';
import type { Step } from '../ports/store.ts';
import { exhaustSends, giveSendBack, shutWindow } from '../store/allowance.ts';
import { endIdleReplyTurn } from '../store/leases/lanes.ts';
import { findRecalled } from '../store/recalls.ts';
import type { MessageTable } from '../store/tables.ts';
import { findIdleReplies } from '../store/turns.ts';
import { rowBefore } from './read-row.ts';
import type { Attempted, ReplyScene } from './reply-turn.ts';
import { type Settlement, settle, settleStopped } from './settle.ts';
import { dueOf, settlementSteps } from './settlement-steps.ts';
import { type Miss, plain, runForRows, type TaggedStep, tagged } from './tagged-batch.ts';
import { takeAct } from './take-push.ts';
import type { TakenSend } from './take-replies.ts';
import { isToldOf, tellDelivered, tellTooLate, tellUndelivered, wakeHelpdesks } from './tell-helpdesk.ts';

/** Writes down what became of a send: of each reply in it, and of the allowance. */
export async function settleSend(
  scene: ReplyScene,
  { rows, acts }: TakenSend,
  { outcome, wasCalled }: Attempted,
): Promise<'more' | 'done'> {
  const { bridge, tenant, hold } = scene;
  const now = bridge.clock.now();
  const tried = wasCalled ? rows : rows.map((row) => ({ ...row, attempts: row.attempts - 1 }));
  const [head] = tried;
  if (!head) return 'done';
  const isCut = bridge.stopping.aborted && outcome.outcome === 'unknown';
  const settled = isCut
    ? settleStopped(rowBefore(head), now)
    : settle(outcome, rowBefore(head), { policy: tenant.policy, now, random: bridge.random() });
  const settlement =
    isRefusal(outcome) && settled.state === 'dead' && rows.length > 1 ? apart(settled, now) : settled;
  if (wasCalled) logSend(scene, { head, replies: rows.length, outcome, settlement, now });
  const told = await tellHelpdesk(scene, tried, { settlement, now });
  const write = async (given: Settlement, allowance: readonly TaggedStep[]): Promise<Miss | undefined> => {
    const ran = await runForRows(bridge.store, [
      ...tagged({ kind: 'turn' }, hold.prove()),
      ...allowance,
      ...tried.flatMap((row) => settlementSteps({ row, settlement: given, now })),
      ...plain(...told, lastStep(scene)),
    ]);
    if ('missed' in ran) return ran.missed;
    hold.endedIdle(ran.rows.at(-1));
    return undefined;
  };
  const missed = await write(settlement, allowanceSteps(scene, acts, outcome));
  // The visitor has acted since the call began: what it said of the old grant is no longer true.
  const again =
    missed?.kind === 'acted' ? await write({ ...settlement, state: 'queued', due: now }, []) : missed;
  if (again) return 'done';
  if (outcome.outcome === 'held' && outcome.news) {
    await takeAct(bridge, tenant, { reading: outcome.news, raw: '' });
  }
  const due = dueOf(settlement);
  if (due !== undefined && due > now) bridge.lanes.expect(due);
  if (told.length > 0) wakeHelpdesks(bridge, tenant, tried);
  return hold.isIdle ? 'done' : 'more';
}

/** Mostly one send is all there is: then nobody looks for another in a transaction of its own. */
function lastStep({ hold, lane: { conversation } }: ReplyScene): Step {
  return hold.endingWork(
    (held) => endIdleReplyTurn({ conversation, ...held }),
    () => findIdleReplies({ conversation }),
  );
}

/** What the helpdesk is told of a send, also of replies that the agent took back while they were under way. */
async function tellHelpdesk(
  { bridge, tenant }: ReplyScene,
  rows: readonly MessageTable[],
  settled: { readonly settlement: Settlement; readonly now: number },
): Promise<readonly Step[]> {
  if (!rows.some((row) => isToldOf(tenant, row))) return [];
  const found = await bridge.store.batch(rows.map(({ id }) => findRecalled({ id })));
  const isRecalled = (_: MessageTable, place: number) => (found[place]?.length ?? 0) > 0;
  return [
    ...tellDelivered(tenant, rows, settled),
    ...tellUndelivered(
      tenant,
      rows.filter((row, place) => !isRecalled(row, place)),
      settled,
    ),
    ...tellTooLate(tenant, rows.filter(isRecalled), settled),
  ];
}

/** WeChat does not take these words; all else is no fault of theirs. */
function isRefusal(outcome: SendOutcome): boolean {
  return outcome.outcome === 'refused' || (outcome.outcome === 'later' && outcome.because === 'message');
}

/** One line that WeChat refuses is not to take its company along: each is tried alone. */
function apart(settlement: Settlement, now: number): Settlement {
  return {
    ...settlement,
    state: 'queued',
    final: false,
    due: now,
    reason: 'alone',
    tries: 0,
    progress: null,
    lost: null,
  };
}

/** A send was reserved before the call: what was certainly not made is given back, and the channel's word wins. */
function allowanceSteps(
  { view, lane }: ReplyScene,
  acts: number,
  outcome: SendOutcome,
): readonly TaggedStep[] {
  const id = lane.conversation;
  const back: Step = giveSendBack({ id, brief: view.brief, acts });
  switch (outcome.outcome) {
    case 'accepted':
    case 'unknown':
      return [];
    case 'more':
      return outcome.sent ? [] : plain(back);
    case 'held':
      return tagged(
        { kind: 'acted' },
        outcome.because === 'window' ? shutWindow({ id, acts }, 1) : exhaustSends({ id, acts }, 1),
      );
    case 'later':
    case 'pause':
    case 'refused':
      return plain(back);
    default:
      return outcome satisfies never;
  }
}

function logSend(
  { bridge, tenant }: ReplyScene,
  seen: {
    readonly head: MessageTable;
    readonly replies: number;
    readonly outcome: SendOutcome;
    readonly settlement: Settlement;
    readonly now: number;
  },
): void {
  const { head, outcome, settlement, now } = seen;
  bridge.log[settlement.state === 'dead' ? 'error' : 'info']('reply.attempted', {
    tenant: tenant.name,
    conversation: head.conversation,
    message: head.id,
    send: head.send_id,
    replies: seen.replies,
    attempt: head.attempts,
    outcome: outcome.outcome,
    ...('code' in outcome && { code: outcome.code }),
    state: settlement.state,
    tookMs: now - Number(head.started_at ?? now),
  });
  if (settlement.alarm === undefined) return;
  bridge.log.error('alarm.raised', { tenant: tenant.name, alarm: settlement.alarm });
}
