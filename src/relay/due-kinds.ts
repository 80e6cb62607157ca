import type { Step } from '../ports/store.ts';
import { type DueKnockLane, dueKnockLanes } from '../store/knocks.ts';
import {
  type DueLane,
  type DuePullLane,
  type DueWakeLane,
  dueLanes,
  duePullLanes,
  dueWakeLanes,
  firstPlace,
} from '../store/lanes.ts';
import { type LaneId, tenantOf } from './lane-id.ts';

/** Rows of a page: other batches come between two of them. */
export const pageSize = 1000;

/** A kind of thing that has a time. */
export interface DueKind<Row extends { readonly due: number } = { readonly due: number }> {
  /** The next page of what is due, longest waiting first, behind a row; or from a time on, or from the beginning. */
  page(now: number, last: Row | { readonly due: number } | undefined): Step<Row>;
  laneOf(row: Row): LaneId;
}

const most = pageSize;

const messages: DueKind<DueLane> = {
  page(now, last) {
    const { due, id } = { ...firstPlace, ...last };
    return dueLanes({ now, most, due, id });
  },
  laneOf({ tenant, conversation, helpdesk, lane }) {
    if (lane === 'reply') return { kind: 'reply', tenant, conversation };
    return { kind: 'helpdesk', tenant, helpdesk: helpdesk ?? '', conversation };
  },
};

const wakes: DueKind<DueWakeLane> = {
  page: (now, last) => dueWakeLanes({ now, most, due: -1, helpdesk: '', conversation: '', ...last }),
  laneOf: ({ helpdesk, conversation }) => ({
    kind: 'helpdesk',
    tenant: tenantOf(helpdesk),
    helpdesk,
    conversation,
  }),
};

const pulls: DueKind<DuePullLane> = {
  page: (now, last) =>
    duePullLanes({ now, most, due: -1, helpdesk: '', topic: '', conversation: '', ...last }),
  laneOf: ({ helpdesk, topic, conversation }) => ({
    kind: 'pull',
    tenant: tenantOf(helpdesk),
    helpdesk,
    topic,
    conversation,
  }),
};

const knocks: DueKind<DueKnockLane> = {
  page: (now, last) => dueKnockLanes({ now, most, due: -1, conversation: '', ...last }),
  laneOf: ({ tenant, conversation }) => ({ kind: 'knock', tenant, conversation }),
};

/** All kinds there are. What one gives it takes back itself. */
export const dueKinds = [messages, wakes, pulls, knocks] as readonly DueKind[];
