import type { SendOutcome } from '../ports/channel.ts';
import { StepMissed } from '../ports/errors.ts';
import type { Step } from '../ports/store.ts';
import { readConversation } from '../store/conversations.ts';
import type { ConversationTable, MessageTable } from '../store/tables.ts';
import { beginTurn, claimReply, proveTurn } from '../store/turns.ts';
import type { Bridge, Tenant } from './bridge.ts';
import { type LaneId, laneName } from './lane-id.ts';
import { addReaction } from './new-rows.ts';
import { messageOf, readJson, rowBefore } from './read-row.ts';
import { settleLeftBehind } from './restart.ts';
import { type Settlement, settle, settleStopped } from './settle.ts';
import { dueOf, settlementSteps } from './settlement-steps.ts';
import { plain, runTagged, tagged } from './tagged-batch.ts';

type ReplyLane = Extract<LaneId, { kind: 'reply' }>;

/** Then others of the same account get their turn. */
const mostSendsATurn = 20;

/** One turn of what goes to a visitor: replies in order, one send an attempt, until nothing is due. */
export async function runReplyTurn(bridge: Bridge, lane: ReplyLane): Promise<void> {
  const tenant = bridge.tenants.get(lane.tenant);
  if (!tenant) return;
  let number: number | undefined;
  for (let sends = 0; sends < mostSendsATurn && !bridge.stopping.aborted; sends += 1) {
    const taken = (await takeReply(bridge, lane, number)) ?? (await takeUp(bridge, lane, number));
    if (!taken) return;
    number = taken.number;
    const outcome = await attemptSend(bridge, tenant, taken);
    if ((await settleReply(bridge, { tenant, lane, taken, outcome })) === 'stale') return;
  }
  if (!bridge.stopping.aborted) bridge.lanes.wake(lane);
}

interface Taken {
  readonly number: number;
  readonly row: MessageTable;
  readonly conversation: ConversationTable;
}

async function takeReply(
  bridge: Bridge,
  lane: ReplyLane,
  number: number | undefined,
): Promise<Taken | undefined> {
  const name = laneName(lane);
  const begin: Step<{ turn: number }> =
    number === undefined ? beginTurn({ lane: name }, 1) : proveTurn({ lane: name, turn: number }, 1);
  const { conversation: id } = lane;
  try {
    const [begun, replies, conversations] = await bridge.store.batch([
      begin,
      claimReply({ conversation: id, now: bridge.clock.now() }),
      readConversation({ id }),
    ]);
    const [row] = replies;
    const [conversation] = conversations;
    return row && conversation && { number: begun[0]?.turn ?? 0, row, conversation };
  } catch (error) {
    if (error instanceof StepMissed && error.step === 0) return undefined;
    throw error;
  }
}

/** A turn that finds nothing may stand before a row that an earlier one took and could not settle. */
async function takeUp(
  bridge: Bridge,
  lane: ReplyLane,
  number: number | undefined,
): Promise<Taken | undefined> {
  if (number !== undefined) return undefined;
  const isFound = await settleLeftBehind(bridge, lane.conversation, (row) => row.lane === 'reply');
  return isFound ? takeReply(bridge, lane, number) : undefined;
}

/** While the account is stopped, no call is made, and the row keeps its number of attempts. */
async function attemptSend(bridge: Bridge, tenant: Tenant, { row, conversation }: Taken): Promise<Attempted> {
  const { gate, channel } = tenant;
  const paused = (): Attempted | undefined =>
    gate.pausedUntil > bridge.clock.now()
      ? { outcome: { outcome: 'pause', code: 'paused', untilMs: gate.pausedUntil }, wasCalled: false }
      : undefined;
  const notSent = (outcome: SendOutcome): Attempted => ({ outcome, wasCalled: false });
  const send = async (): Promise<Attempted> => {
    const outcome = await channel.send(messageOf(row), {
      key: row.id,
      visitor: conversation.visitor,
      number: row.attempts,
      signal: bridge.stopping,
      progress: readJson(row.progress),
      media: ({ id }) => bridge.media.read(id),
    });
    if (outcome.outcome === 'pause') gate.pauseUntil(outcome.untilMs);
    return { outcome, wasCalled: true };
  };
  try {
    return paused() ?? (await gate.pass(async () => paused() ?? send(), bridge.stopping));
  } catch (error) {
    if (bridge.stopping.aborted) return notSent({ outcome: 'pause', code: 'stopped', untilMs: 0 });
    bridge.log.error('channel.threw', { tenant: tenant.name, message: row.id, error });
    return { outcome: { outcome: 'later', code: 'threw', because: 'message' }, wasCalled: true };
  }
}

interface Attempted {
  readonly outcome: SendOutcome;
  readonly wasCalled: boolean;
}

interface Settling {
  readonly tenant: Tenant;
  readonly lane: ReplyLane;
  readonly taken: Taken;
  readonly outcome: Attempted;
}

async function settleReply(
  bridge: Bridge,
  { tenant, lane, taken, outcome: { outcome, wasCalled } }: Settling,
): Promise<'kept' | 'stale'> {
  const now = bridge.clock.now();
  const row = wasCalled ? taken.row : { ...taken.row, attempts: taken.row.attempts - 1 };
  const isCut = bridge.stopping.aborted && outcome.outcome === 'unknown';
  const settlement = isCut
    ? settleStopped(rowBefore(row), now)
    : settle(outcome, rowBefore(row), { policy: tenant.policy, now, random: bridge.random() });
  if (wasCalled) logAttempt(bridge, { tenant, row, outcome, settlement, now });
  const told = tellHelpdesk(tenant, { row, settlement, now });
  const missed = await runTagged(bridge.store, [
    ...tagged({ kind: 'turn' }, proveTurn({ lane: laneName(lane), turn: taken.number }, 1)),
    ...settlementSteps({ row, settlement, now }),
    ...plain(...told),
  ]);
  if (missed) return 'stale';
  const due = dueOf(settlement);
  if (due !== undefined) bridge.lanes.expect(due);
  if (told.length > 0 && row.helpdesk !== null) {
    const { conversation } = lane;
    bridge.lanes.wake({ kind: 'helpdesk', tenant: tenant.name, helpdesk: row.helpdesk, conversation });
  }
  return 'kept';
}

/** The helpdesk is told what became of a reply, where it can take it. */
function tellHelpdesk(
  tenant: Tenant,
  {
    row,
    settlement,
    now,
  }: { readonly row: MessageTable; readonly settlement: Settlement; readonly now: number },
): readonly Step[] {
  const helpdesk = row.helpdesk === null ? undefined : tenant.helpdesks.get(row.helpdesk);
  if (!helpdesk || row.conversation === null) return [];
  const draft = {
    tenant: tenant.name,
    conversation: row.conversation,
    helpdesk: helpdesk.id,
    now,
    from: { role: 'system' as const },
    parts: [],
  };
  if (settlement.state === 'sent' && helpdesk.adapter.delivered) {
    const event = { action: 'delivered', reply: row.id };
    return addReaction({ ...draft, action: 'delivered', event });
  }
  if (settlement.state === 'dead' && helpdesk.adapter.note && row.automatic === 0) {
    const event = { action: 'note', text: `消息未能送达访客（${settlement.code ?? ''}）` };
    return addReaction({ ...draft, action: 'note', event });
  }
  return [];
}

function logAttempt(
  bridge: Bridge,
  seen: {
    readonly tenant: Tenant;
    readonly row: MessageTable;
    readonly outcome: SendOutcome;
    readonly settlement: Settlement;
    readonly now: number;
  },
): void {
  const { tenant, row, outcome, settlement, now } = seen;
  bridge.log[settlement.state === 'dead' ? 'error' : 'info']('reply.attempted', {
    tenant: tenant.name,
    conversation: row.conversation,
    message: row.id,
    attempt: row.attempts,
    outcome: outcome.outcome,
    ...('code' in outcome && { code: outcome.code }),
    state: settlement.state,
    tookMs: now - Number(row.started_at ?? now),
  });
  if (settlement.alarm === undefined) return;
  bridge.log.error('alarm.raised', { tenant: tenant.name, alarm: settlement.alarm });
}
