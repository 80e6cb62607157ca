import type { Routing } from '../../src/model/routing.ts';
import type { Chat } from './kf-api.ts';
import type { WecomKfSettings } from './settings.ts';

type AccountSettings = Pick<WecomKfSettings, 'mode' | 'openKfid' | 'accounts'>;

/** The kf accounts that visitors are handed off to, the usual one first. None in mode app. Pure. */
export function accountsOf({ mode, openKfid, accounts }: AccountSettings): readonly string[] {
  if (mode !== 'handoff' || openKfid === undefined) return [];
  return [...new Set([openKfid, ...accounts])];
}

/** WeCom has no groups of agents but its accounts: a rule names one of ours as its group. Pure. */
export function accountFor(settings: AccountSettings, asked: { readonly routing?: Routing }): string {
  const accounts = accountsOf(settings);
  return accounts.find((account) => account === asked.routing?.group) ?? accounts[0] ?? '';
}

/** The outside id of a customer of one account: he is the same person in another, and has another chat there. */
export function customerId({ openKfid, external }: Chat): string {
  return `${openKfid}/${external}`;
}

/** Whose id {@link customerId} made. */
export function chatOfCustomer(id: string): Chat {
  const [openKfid = '', external = ''] = id.split('/', 2);
  return { openKfid, external };
}

export function isSameChat(one: Chat | undefined, other: Chat): boolean {
  return one?.openKfid === other.openKfid && one.external === other.external;
}
