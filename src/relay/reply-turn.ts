import type { Part } from '../model/message.ts';
import type { SendOutcome } from '../ports/channel.ts';
import type { PacePermit } from '../ports/pace-permit.ts';
import type { MessageTable } from '../store/tables.ts';
import type { Bridge, Tenant } from './bridge.ts';
import { dropReplies, expireReplies, holdLane, waitForCompany } from './hold-replies.ts';
import type { LaneHold } from './lane-hold.ts';
import { addresseeOf, messageOf, readJson } from './read-row.ts';
import { takeOrTakeUp } from './restart.ts';
import { settleSend } from './settle-send.ts';
import { type LaneView, type ReplyLane, takeSend, viewLane } from './take-replies.ts';

/** Then others of the same account get their turn. */
const mostPiecesATurn = 20;

/** What was looked at so shortly before is taken as it was seen; whoever takes it finds out where that is not so. */
const freshMs = 20;

/** One turn of what goes to a visitor: replies in order, one send an attempt, until nothing is due. */
export async function runReplyTurn(bridge: Bridge, lane: ReplyLane, hold: LaneHold): Promise<void> {
  const tenant = bridge.tenants.get(lane.tenant);
  if (!tenant) return;
  for (let pieces = 0; pieces < mostPiecesATurn && !bridge.stopping.aborted; pieces += 1) {
    const view = await look(bridge, tenant, { lane, hold });
    if (!view || (await doNext({ bridge, tenant, lane, hold, view })) === 'done') return;
  }
  if (!bridge.stopping.aborted) bridge.lanes.wake(lane);
}

/** Only at the beginning of a turn can there be something that an earlier one left. */
function look(
  bridge: Bridge,
  tenant: Tenant,
  place: Parameters<typeof viewLane>[2],
): Promise<LaneView | undefined> {
  const view = () => viewLane(bridge, tenant, place);
  const { hold } = place;
  if (hold.isBegun) return view();
  const { conversation } = place.lane;
  return takeOrTakeUp(bridge, { hold, conversation, isOurs: ({ lane }) => lane === 'reply' }, view);
}

/** A turn's lane, and how it stands. */
export interface ReplyScene {
  readonly bridge: Bridge;
  readonly tenant: Tenant;
  readonly lane: ReplyLane;
  readonly hold: LaneHold;
  readonly view: LaneView;
}

async function doNext(scene: ReplyScene): Promise<'more' | 'done'> {
  const { plan } = scene.view;
  switch (plan.kind) {
    case 'nothing':
      return 'done';
    case 'send':
      return sendAtPace(scene);
    case 'wait':
      return waitForCompany(scene, plan.until);
    case 'hold':
      return holdLane(scene, plan);
    case 'drop':
      return dropReplies(scene, plan);
    case 'expire':
      return expireReplies(scene, plan.ids);
    default:
      return plan satisfies never;
  }
}

/**
 * Waits for the account's pace before anything is taken into flight: a crash meanwhile finds replies that nobody tried, and
 * what comes meanwhile goes along. Who is put off is told so once more by the attempt, and that is written down.
 */
async function sendAtPace({ bridge, tenant, lane, hold, view: seen }: ReplyScene): Promise<'more' | 'done'> {
  const lookedAt = bridge.clock.monotonic();
  // A store that fails says so itself.
  const entry = await tenant.pace.enterMain(bridge.stopping).catch(() => undefined);
  const permit = entry?.kind === 'go' ? entry.permit : undefined;
  try {
    const isFresh = bridge.clock.monotonic() - lookedAt < freshMs;
    const view = isFresh ? seen : await viewLane(bridge, tenant, { lane, hold });
    if (view?.plan.kind !== 'send') return view ? 'more' : 'done';
    const taken = await takeSend(bridge, { lane, hold, view }, view.plan.ids);
    if (taken === undefined) return 'more';
    const scene = { bridge, tenant, lane, hold, view };
    return await settleSend(scene, taken, await attemptSend(scene, taken.rows, permit));
  } finally {
    permit?.giveBack();
  }
}

export interface Attempted {
  readonly outcome: SendOutcome;
  /** `false`: nothing was tried, as its time has not come. */
  readonly wasCalled: boolean;
}

async function attemptSend(
  { bridge, tenant, view }: ReplyScene,
  rows: readonly MessageTable[],
  permit: PacePermit | undefined,
): Promise<Attempted> {
  const [head] = rows;
  if (!head) return { outcome: { outcome: 'refused', code: 'empty' }, wasCalled: false };
  const reply = { ...messageOf(head), parts: rows.flatMap((row): readonly Part[] => messageOf(row).parts) };
  try {
    const outcome = await tenant.channel.send(reply, {
      key: head.id,
      ...addresseeOf(view.conversation),
      number: head.attempts,
      ...codeOf(view),
      ...(head.lost !== null && { wasLost: true }),
      signal: bridge.stopping,
      ...(permit && { permit }),
      progress: readJson(head.progress),
      media: ({ id }) => bridge.media.read(id),
      mediaUrl: ({ id }) => bridge.media.urlOf(id),
      sends: sendsFor(rows, { tenant, view }),
      keepText: (text) =>
        bridge.media.keepText(text, {
          tenant: tenant.name,
          conversation: view.conversation.id,
          message: head.id,
        }),
    });
    return { outcome, wasCalled: !(outcome.outcome === 'pause' && outcome.isUntried) };
  } catch (error) {
    bridge.log.error('channel.threw', { tenant: tenant.name, message: head.id, error });
    return { outcome: { outcome: 'later', code: 'threw', because: 'message' }, wasCalled: true };
  }
}

/** What the send has to show, where it is one of the brief grant. */
function codeOf({ brief, conversation }: ReplyScene['view']): { readonly code?: string } {
  return brief === 1 && conversation.brief_code !== null ? { code: conversation.brief_code } : {};
}

/** What is left, less what is kept for people and what the replies behind need. */
function sendsFor(
  rows: readonly MessageTable[],
  { tenant, view }: Pick<ReplyScene, 'tenant' | 'view'>,
): number {
  const behind = view.rows.length - rows.length;
  return Math.max(1, view.left - Math.max(tenant.channel.rules.reserveForHuman, behind));
}
