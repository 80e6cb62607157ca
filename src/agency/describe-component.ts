import type { AuthorizerTable, ComponentTable } from '../store/account-tables.ts';
import type { ComponentScene } from './scene.ts';

/** What an operator wants to know of a component. No secret is in it; times are ISO 8601. */
export interface ComponentState {
  readonly component: string;
  readonly appid: string;
  readonly ticket: 'good' | 'missing' | 'too old';
  readonly ticketReceivedAt?: string;
  readonly accounts: readonly AccountState[];
}

export interface AccountState {
  readonly appid: string;
  /** Left out where no tenant has the account. */
  readonly tenant?: string;
  readonly state: 'authorised' | 'being taken up' | 'not authorised';
  readonly problem?: string;
  readonly authorisedAt?: string;
}

/** Accounts of tenants are shown before they authorise, too. */
export function describeComponent(
  { name, settings, tenants, clock }: ComponentScene,
  rows: { readonly component: ComponentTable | undefined; readonly authorizers: readonly AuthorizerTable[] },
): ComponentState {
  const { component, authorizers } = rows;
  const received = component?.ticket ? component.received_at : undefined;
  const isOld = received !== undefined && received + settings.ticketTtlSec * 1000 <= clock.now();
  const known = new Set(authorizers.map(({ appid }) => appid));
  const waiting = [...tenants].filter(([appid]) => !known.has(appid));
  return {
    component: name,
    appid: settings.appid,
    ticket: received === undefined ? 'missing' : isOld ? 'too old' : 'good',
    ...(received === undefined ? {} : { ticketReceivedAt: timeOf(received) }),
    accounts: [
      ...authorizers.map((row) => describeAccount(row, tenants.get(row.appid))),
      ...waiting.map(([appid, tenant]) => ({ appid, tenant, state: 'not authorised' as const })),
    ],
  };
}

const problems = {
  withdrawn: 'the merchant has withdrawn the authorisation',
  refused: 'WeChat no longer takes the refresh token',
  code: 'the authorisation could not be taken up in time',
} as const;

function describeAccount(row: AuthorizerTable, tenant: string | undefined): AccountState {
  const { appid, refresh_token, code, problem, authorised_at } = row;
  return {
    appid,
    ...(tenant === undefined ? {} : { tenant }),
    state: refresh_token ? 'authorised' : code ? 'being taken up' : 'not authorised',
    ...(problem === null ? {} : { problem: problems[problem] }),
    ...(authorised_at === null ? {} : { authorisedAt: timeOf(authorised_at) }),
  };
}

function timeOf(ms: number): string {
  return new Date(Number(ms)).toISOString();
}
