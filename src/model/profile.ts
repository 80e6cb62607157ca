/** One thing that is known of a visitor, under the name that the merchant gave it. */
export interface ProfileItem {
  readonly key: string;
  readonly value: string;
  /** The merchant's own server said so. Else the client did: a claim, to be shown as one. */
  readonly isProved: boolean;
}

/** An item with the words that agents read before it. */
export interface LabelledItem extends ProfileItem {
  readonly label: string;
}

/** What is kept of one profile, at most. What is longer is cut, what is more is left out. */
export const profileLimits = { items: 32, keyLength: 64, valueLength: 256, textLength: 4096 } as const;

/** What helpdesks have a place of their own for. */
export type KnownKey = 'name' | 'phone' | 'email' | 'avatar';

/** The proved values that a helpdesk has places of its own for, and all else. */
export interface SortedProfile {
  readonly known: Readonly<Partial<Record<KnownKey, string>>>;
  readonly others: readonly LabelledItem[];
}

/** The names that merchants use, without hyphens and underscores, in lower case. */
const knownNames: Readonly<Record<string, KnownKey>> = {
  name: 'name',
  nickname: 'name',
  realname: 'name',
  username: 'name',
  phone: 'phone',
  mobile: 'phone',
  tel: 'phone',
  phonenumber: 'phone',
  mobilephone: 'phone',
  email: 'email',
  avatar: 'avatar',
  avatarurl: 'avatar',
};

const usualLabels: Readonly<Record<string, string>> = {
  name: '姓名',
  phone: '电话',
  email: '邮箱',
  avatar: '头像',
  vip: '会员等级',
  level: '会员等级',
  page: '页面',
  path: '页面',
  order: '订单',
  orderId: '订单',
};

/** Fields as a profile keeps them: of two with one name the first, within {@link profileLimits}, none empty. */
export function keepItems(
  fields: readonly (readonly [key: string, value: string])[],
  isProved: boolean,
): readonly ProfileItem[] {
  const kept = new Map<string, ProfileItem>();
  let left: number = profileLimits.textLength;
  for (const [name, text] of fields) {
    const value = cut(onOneLine(text), profileLimits.valueLength);
    const key = onOneLine(name).toWellFormed();
    const length = key.length + value.length;
    const fits = key.length <= profileLimits.keyLength && length <= left;
    if (key === '' || value === '' || !fits || kept.has(key)) continue;
    if (kept.size === profileLimits.items) break;
    kept.set(key, { key, value, isProved });
    left -= length;
  }
  return [...kept.values()];
}

/** One profile of several: the first that has a key says its value, but what is proved goes before what is claimed. */
export function mergeItems(...sources: readonly (readonly ProfileItem[])[]): readonly ProfileItem[] {
  const all = sources.flat();
  const inOrder = [...all.filter(({ isProved }) => isProved), ...all.filter(({ isProved }) => !isProved)];
  const merged = new Map<string, ProfileItem>();
  for (const item of inOrder) if (!merged.has(item.key)) merged.set(item.key, item);
  return [...merged.values()].slice(0, profileLimits.items);
}

/** The items with their labels: the merchant's own, else the usual one, else the key. */
export function labelItems(
  items: readonly ProfileItem[],
  labels: Readonly<Record<string, string>>,
): readonly LabelledItem[] {
  return items.map((item) => {
    const { key } = item;
    const own = Object.hasOwn(labels, key) ? labels[key] : undefined;
    const usual = Object.hasOwn(usualLabels, key) ? usualLabels[key] : usualLabels[knownKeyOf(key) ?? ''];
    return { ...item, label: own ?? usual ?? key };
  });
}

/**
 * Sorts out what a helpdesk has its own places for. Only what is proved gets there: what an agent reads as the visitor's
 * telephone number must not be what the client made up.
 */
export function sortProfile(items: readonly LabelledItem[] = []): SortedProfile {
  const known: Partial<Record<KnownKey, string>> = {};
  const others = items.filter((item) => {
    const place = item.isProved ? knownKeyOf(item.key) : undefined;
    if (place === undefined || known[place] !== undefined) return true;
    if (place === 'avatar' && !/^https?:\/\//.test(item.value)) return true;
    known[place] = item.value;
    return false;
  });
  return { known, others };
}

/** The label as agents read it: a claim says that it is one. */
export function shownLabel({ label, isProved }: LabelledItem): string {
  return isProved ? label : `${label}（未验证）`;
}

/** The page from which the visitor came, where the profile names it. */
export function pageIn(items: readonly ProfileItem[] = []): string | undefined {
  return items.find(({ key }) => key === 'page' || key === 'path')?.value;
}

function knownKeyOf(key: string): KnownKey | undefined {
  const name = key.replaceAll(/[-_]/g, '').toLowerCase();
  return Object.hasOwn(knownNames, name) ? knownNames[name] : undefined;
}

/** Agents read a line for each item: one that began another could say anything as if it were proved. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
}

function cut(text: string, length: number): string {
  const whole = text.length <= length ? text : `${text.slice(0, length - 1)}…`;
  return whole.toWellFormed();
}
