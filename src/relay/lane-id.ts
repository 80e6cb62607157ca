/** One lane's turn: the helpdesk's (forwards, reactions, wakes, actions), the visitor's (replies), a pulled topic's, or the knock at a visitor. */
export type LaneId =
  /** `conversation` is empty for the helpdesk's own wakes. `helpdesk` is `<tenant>/<name>`. */
  | {
      readonly kind: 'helpdesk';
      readonly tenant: string;
      readonly helpdesk: string;
      readonly conversation: string;
    }
  | { readonly kind: 'reply'; readonly tenant: string; readonly conversation: string }
  | { readonly kind: 'knock'; readonly tenant: string; readonly conversation: string }
  | {
      readonly kind: 'pull';
      readonly tenant: string;
      readonly helpdesk: string;
      readonly topic: string;
      readonly conversation: string;
    };

/** The lane's name in the store and in logs. */
export function laneName(lane: LaneId): string {
  switch (lane.kind) {
    case 'helpdesk':
      return `helpdesk ${lane.helpdesk} ${lane.conversation}`;
    case 'reply':
      return `reply ${lane.conversation}`;
    case 'knock':
      return `knock ${lane.conversation}`;
    case 'pull':
      return `pull ${lane.helpdesk} ${lane.conversation} ${lane.topic}`;
    default:
      return lane satisfies never;
  }
}

/**
 * The lane of a name. Names of visitors' lanes say nothing of the tenant: `tenant` is their conversation's, if that is
 * known.
 */
export function laneOfName(name: string, tenant: string | null): LaneId | undefined {
  const [kind, first = '', second = '', ...others] = name.split(' ');
  switch (kind) {
    case 'helpdesk':
      return { kind, tenant: tenantOf(first), helpdesk: first, conversation: second };
    case 'pull':
      return {
        kind,
        tenant: tenantOf(first),
        helpdesk: first,
        conversation: second,
        topic: others.join(' '),
      };
    case 'reply':
    case 'knock':
      return tenant === null ? undefined : { kind, tenant, conversation: first };
    default:
      return undefined;
  }
}

/** Lanes that share one destination share its workers, so that one destination's trouble slows no other. */
export function destinationOf(lane: LaneId): string {
  if (lane.kind === 'reply') return `channel ${lane.tenant}`;
  return lane.kind === 'knock' ? `knock ${lane.tenant}` : `${lane.kind} ${lane.helpdesk}`;
}

/** The name a helpdesk has in the store: names are unique within a tenant only. */
export function helpdeskId(tenant: string, helpdesk: string): string {
  return `${tenant}/${helpdesk}`;
}

/** The name that a tenant's channel has among its helpdesks, for what it pulls: no helpdesk has it. */
export function channelId(tenant: string): string {
  return helpdeskId(tenant, '');
}

/** The tenant of a helpdesk's id. */
export function tenantOf(helpdesk: string): string {
  return helpdesk.slice(0, helpdesk.indexOf('/'));
}
