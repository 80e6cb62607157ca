import type { NoticeTexts } from '../model/notices.ts';
import type { Channel } from '../ports/channel.ts';
import type { Clock } from '../ports/clock.ts';
import type { HelpdeskAdapter } from '../ports/helpdesk.ts';
import type { Log } from '../ports/log.ts';
import type { Pace } from '../ports/pace.ts';
import type { ProfileSource } from '../ports/profile.ts';
import type { Store } from '../ports/store.ts';
import type { TenantRouting } from './decide-stay.ts';
import type { Lanes } from './lanes.ts';
import type { Lease } from './lease.ts';
import type { Lookups } from './look-up.ts';
import type { Policy } from './settle.ts';

/** The parts that the relay joins, as the app built them. */
export interface Bridge {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1. */
  readonly random: () => number;
  readonly lanes: Lanes;
  readonly tenants: ReadonlyMap<string, Tenant>;
  /** Aborted when the bridge stops and its patience is over; to a turn, also when its instance may hold nothing any more. */
  readonly stopping: AbortSignal;
  /** Left out: nobody else has the store. */
  readonly lease?: Lease;
  readonly media: MediaAccess;
  /** Left out: nobody is asked about visitors. */
  readonly lookups?: Lookups;
}

/** What the relay needs of the kept media. */
export interface MediaAccess {
  /** Something is to be fetched now. */
  wake(): void;
  read(id: string): Promise<import('../ports/channel.ts').KeptMedia | undefined>;
  /** The signed, expiring public URL of a kept medium. */
  urlOf(id: string): Promise<string | undefined>;
  /** Keeps a text of a message as a medium, and gives its URL. */
  keepText(
    text: string,
    owner: { readonly tenant: string; readonly conversation: string; readonly message: string },
  ): Promise<string | undefined>;
}

/** One account of a channel and its helpdesks. */
export interface Tenant {
  readonly name: string;
  readonly channel: Channel;
  /** The key of the channel's settings. */
  readonly channelName: string;
  /** The component that holds the account: its pushes come to the component's address. */
  readonly component?: string;
  readonly policy: Policy;
  /** How long a repeat of a push is recognised. */
  readonly seenForMs: number;
  /** Store down: tries go on for so long before a push is left unanswered. */
  readonly answerBudgetMs: number;
  /** Longest body of a push. */
  readonly pushMaxBytes: number;
  /** How long a visitor of the channel's own agents stays theirs after his last push, where another helpdesk is there. */
  readonly routeTtlMs: number;
  /** Where all calls of this account pass. */
  readonly pace: Pace;
  /** By id (`<tenant>/<name>`). */
  readonly helpdesks: ReadonlyMap<string, Helpdesk>;
  /** Left out where there is nothing to choose: one helpdesk, and no rules. */
  readonly routing?: TenantRouting;
  /** Left out: nothing proves what visitors come with, and nobody is asked about them. */
  readonly profile?: TenantProfile;
}

/** How a tenant's merchant tells of his customers. */
export interface TenantProfile {
  /** The present key, then the previous ones. */
  readonly signingKeys: readonly string[];
  /** A token that is good for longer is refused. */
  readonly tokenMaxMs: number;
  /** What rules go by. */
  readonly rulesUse: 'all' | 'proved';
  /** By the names of fields. */
  readonly labels: Readonly<Record<string, string>>;
  readonly source?: ProfileSource;
}

/** One configured helpdesk account. */
export interface Helpdesk {
  readonly id: string;
  readonly adapter: HelpdeskAdapter;
  readonly policy: Policy;
  readonly handoverWords: ReadonlySet<string>;
  /** What becomes of a message that was taken and not confirmed in time. Left out: `mark`. */
  readonly onUnconfirmed?: 'mark' | 'retry';
  /** How agents are shown what is known of a visitor who begins a session. Left out: `auto`. */
  readonly contextCard?: 'auto' | 'message' | 'off';
  /** Configured texts only, already merged. */
  readonly notices: NoticeTexts;
}

/** The helpdesks that a tenant's messages are forwarded to, in the order of the configuration. */
export function desksOf({ helpdesks }: Tenant): readonly Helpdesk[] {
  return [...helpdesks.values()].filter(({ adapter }) => !adapter.handOver);
}

/** The first of them. */
export function helpdeskOf({ helpdesks }: Tenant): Helpdesk | undefined {
  return helpdesks.values().find(({ adapter }) => !adapter.handOver);
}

/** The channel's own agents, where a tenant has them: messages are handed over to them, alone or beside a helpdesk. */
export function ownAgentsOf({ helpdesks }: Tenant): Helpdesk | undefined {
  return helpdesks.values().find(({ adapter }) => adapter.handOver);
}
