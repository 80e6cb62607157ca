import type { Step } from '../ports/store.ts';
import { forgetOldCached } from '../store/cache.ts';
import { forgetKnock, forgetKnockBudget, type KnockBudgetKey, knockBudgetsAfter } from '../store/knocks.ts';
import { forgetOldMediaIds } from '../store/media-ids.ts';
import {
  conversationsAfter,
  forgetBindings,
  forgetConversation,
  forgetLane,
  forgetMemories,
  forgetMessage,
  forgetProfile,
  forgetPulls,
  forgetRaw,
  forgetRoute,
  forgetSeen,
  forgetStray,
  messagesAfter,
  type OldMessage,
  type OldRaw,
  type QuietConversation,
  rawsAfter,
  type SeenKey,
  seenAfter,
  topicsOf,
} from '../store/retention.ts';
import type { Bridge } from './bridge.ts';
import { laneName } from './lane-id.ts';

/** How long things are kept, milliseconds. */
export interface Retention {
  /** Finished messages, since they were finished. */
  readonly historyTtlMs: number;
  /** Pushes and callbacks as they came. */
  readonly rawTtlMs: number;
}

/** Small enough that no push waits long behind one. */
const mostABite = 200;

/** Forgets what is older than it is to be kept, in small bites. To be called now and then; at most one at a time. */
export async function forgetOld(bridge: Bridge, { historyTtlMs, rawTtlMs }: Retention): Promise<void> {
  const { store, stopping } = bridge;
  const startedAt = bridge.clock.monotonic();
  const now = bridge.clock.now();
  const before = now - historyTtlMs;
  const walk = <Row>(
    read: (last: Row | undefined) => Step<Row>,
    forget: (row: Row) => readonly Step[] | Promise<readonly Step[]>,
  ) =>
    walkTable({
      bite: async (last: Row | undefined) => (await store.batch([read(last)]))[0],
      forget,
      bridge,
    });

  await walk<OldMessage>(
    (last) => messagesAfter({ after: last?.id ?? '', most: mostABite }),
    ({ id, conversation, received_at, finished_at }) => {
      if (finished_at !== null) return finished_at < before ? [forgetMessage({ id, before })] : [];
      return conversation === null && received_at < before ? [forgetStray({ id, before })] : [];
    },
  );
  await walk<OldRaw>(
    (last) => rawsAfter({ after: last?.id ?? '', most: mostABite }),
    ({ id, at }) => (at < now - rawTtlMs ? [forgetRaw({ id })] : []),
  );
  await walk<SeenKey & { readonly until: number }>(
    (last) => seenAfter({ tenant: '', source: '', key: '', ...last, most: mostABite }),
    ({ until, ...key }) => (until < now ? [forgetSeen({ ...key, now })] : []),
  );
  await walk<QuietConversation>(
    (last) => conversationsAfter({ after: last?.id ?? '', most: mostABite }),
    ({ id, tenant, acted_at }) => (acted_at < before ? forgetWhole(bridge, tenant, { id, before }) : []),
  );
  // Few rows, and all of the last days.
  await store.batch([forgetOldMediaIds({ now }), forgetOldCached({ now })]);
  await walk<KnockBudgetKey & { readonly changed_at: number }>(
    (last) => knockBudgetsAfter({ conversation: '', template: '', ...last, most: mostABite }),
    ({ changed_at, ...key }) => (changed_at < before ? [forgetKnockBudget({ ...key, before })] : []),
  );
  if (stopping.aborted) return;
  bridge.log.info('upkeep.done', { tookMs: Math.round(bridge.clock.monotonic() - startedAt) });
}

interface Walk<Row> {
  readonly bite: (last: Row | undefined) => Promise<readonly Row[]>;
  readonly forget: (row: Row) => readonly Step[] | Promise<readonly Step[]>;
  readonly bridge: Bridge;
}

async function walkTable<Row>({ bite, forget, bridge }: Walk<Row>): Promise<void> {
  let last: Row | undefined;
  while (!bridge.stopping.aborted) {
    const rows = await bite(last);
    last = rows.at(-1);
    if (last === undefined) return;
    const steps = (await Promise.all(rows.map(forget))).flat();
    if (steps.length > 0) await bridge.store.batch(steps);
  }
}

/** A conversation with all that hangs on it; each step looks whether it is really forgotten. */
async function forgetWhole(
  bridge: Bridge,
  tenant: string,
  { id, before }: { readonly id: string; readonly before: number },
): Promise<readonly Step[]> {
  const [topics] = await bridge.store.batch([topicsOf({ conversation: id })]);
  const helpdesks = [...(bridge.tenants.get(tenant)?.helpdesks.keys() ?? [])];
  const lanes = [
    laneName({ kind: 'reply', tenant, conversation: id }),
    laneName({ kind: 'knock', tenant, conversation: id }),
    ...helpdesks.map((helpdesk) => laneName({ kind: 'helpdesk', tenant, helpdesk, conversation: id })),
    ...topics.map((topic) => laneName({ kind: 'pull', tenant, ...topic, conversation: id })),
  ];
  return [
    forgetConversation({ id, before }),
    ...lanes.map((lane) => forgetLane({ lane, conversation: id })),
    forgetBindings({ conversation: id }),
    forgetMemories({ conversation: id }),
    forgetRoute({ conversation: id }),
    forgetProfile({ conversation: id }),
    forgetPulls({ conversation: id }),
    forgetKnock({ conversation: id }),
  ];
}
