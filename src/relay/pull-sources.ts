import type { ActPage } from '../ports/channel.ts';
import type { PullPage } from '../ports/helpdesk.ts';
import { readConversation } from '../store/conversations.ts';
import { readMemory } from '../store/memories.ts';
import type { Bridge, Tenant } from './bridge.ts';
import { keepArrival } from './keep-arrival.ts';
import { channelId } from './lane-id.ts';
import type { PullLane, PullSource } from './pull-turn.ts';
import { conversationOf, memoryOf } from './read-row.ts';
import { runTagged } from './tagged-batch.ts';
import { takeAct } from './take-push.ts';

/** A helpdesk's topic: its events and the cursor stand in one transaction. `undefined`: the lane is none of a helpdesk's. */
export function helpdeskSource(bridge: Bridge, tenant: Tenant, lane: PullLane): PullSource | undefined {
  const helpdesk = tenant.helpdesks.get(lane.helpdesk);
  const { adapter } = helpdesk ?? {};
  if (!helpdesk || !adapter?.pull) return undefined;
  const { topic, conversation } = lane;
  const source: PullSource<PullPage> = {
    async fetch(from) {
      const [conversations, own, ofHelpdesk] = await bridge.store.batch([
        readConversation({ id: conversation }),
        readMemory({ helpdesk: lane.helpdesk, conversation }),
        readMemory({ helpdesk: lane.helpdesk, conversation: '' }),
      ]);
      const [row] = conversations;
      const given = {
        ...from,
        topic,
        ...(row && { conversation: conversationOf(row) }),
        memory: { conversation: memoryOf(own).value, helpdesk: memoryOf(ofHelpdesk).value },
      };
      const page = await ask(bridge, lane, () => adapter.pull?.(given, bridge.stopping));
      return page ?? threw;
    },
    keep(page, first) {
      const { events = [], ...effects } = page.outcome === 'page' ? page : { ...alarmOf(page) };
      return keepArrival(bridge, {
        tenant,
        helpdesk,
        ...(conversation !== '' && { conversation }),
        raw: null,
        events,
        effects,
        first: () => first,
      });
    },
  };
  return source as PullSource; // it is given the pages that it fetched
}

/**
 * What visitors of a channel did. Each of them has his acts written down one after the other, and beside the others; the
 * cursor moves once all is durable, so that a page which was kept by half comes again, and what was kept is recognised.
 */
export function channelSource(bridge: Bridge, tenant: Tenant, lane: PullLane): PullSource | undefined {
  const { puller } = tenant.channel;
  if (!puller || lane.helpdesk !== channelId(tenant.name) || lane.topic !== puller.topic) return undefined;
  const source: PullSource<ActPage> = {
    fetch: async (from) => (await ask(bridge, lane, () => puller.pull(from, bridge.stopping))) ?? threw,
    async keep(page, first) {
      if (page.outcome === 'page') await takeActs(bridge, tenant, page.acts);
      if (page.alarm !== undefined) {
        bridge.log.error('alarm.raised', { tenant: tenant.name, alarm: page.alarm });
      }
      return (await runTagged(bridge.store, first)) === undefined ? 'kept' : 'stale';
    },
  };
  return source as PullSource; // as above
}

async function takeActs(
  bridge: Bridge,
  tenant: Tenant,
  acts: Extract<ActPage, { outcome: 'page' }>['acts'],
): Promise<void> {
  const byVisitor = Map.groupBy(acts, ({ reading }) => (reading.kind === 'visitor' ? reading.visitor : ''));
  await Promise.all(
    [...byVisitor.values()].map(async (own) => {
      for (const act of own) await takeAct(bridge, tenant, act);
    }),
  );
}

const threw = { outcome: 'later', code: 'threw' } as const;

/** `undefined`: it threw, which is a fault of its author's. */
async function ask<Page>(
  bridge: Bridge,
  { helpdesk, topic }: PullLane,
  pull: () => Promise<Page> | undefined,
): Promise<Page | undefined> {
  try {
    return await pull();
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error;
    bridge.log.error('adapter.threw', { helpdesk, topic, error: name });
    return undefined;
  }
}

function alarmOf({ alarm }: { readonly alarm?: string }): {
  readonly alarm?: string;
  readonly events?: undefined;
} {
  return alarm === undefined ? {} : { alarm };
}
