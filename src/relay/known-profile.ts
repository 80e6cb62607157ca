import { mergeItems, type ProfileItem } from '../model/profile.ts';
import type { ProfileTable } from '../store/tables.ts';
import type { Tenant } from './bridge.ts';
import type { SessionFromMet } from './meet-session-from.ts';

/** All that is known of a visitor: what the merchant's server says goes before what he came with. */
export function itemsOf(row: ProfileTable | undefined): readonly ProfileItem[] {
  return row ? mergeItems(readItems(row.looked), readItems(row.claims)) : [];
}

/**
 * The fields that rules go by when a push arrives, by their names: with what it brings itself. `undefined`: nothing was ever
 * kept, and what the visitor came with is read as it stands.
 */
export function attributesOf(
  row: ProfileTable | undefined,
  met: SessionFromMet,
  { profile }: Pick<Tenant, 'profile'>,
): ReadonlyMap<string, string> | undefined {
  const isProvedOnly = profile?.rulesUse === 'proved';
  if (row === undefined && met.kind === 'none' && !isProvedOnly) return undefined;
  const brought = met.kind === 'taken' ? met.items : row ? readItems(row.claims) : [];
  const items = mergeItems(row ? readItems(row.looked) : [], brought);
  const counting = isProvedOnly ? items.filter(({ isProved }) => isProved) : items;
  return new Map(counting.map(({ key, value }) => [key, value]));
}

/** Items that the bridge itself wrote. */
export function readItems(text: string): readonly ProfileItem[] {
  return JSON.parse(text) as readonly ProfileItem[];
}
