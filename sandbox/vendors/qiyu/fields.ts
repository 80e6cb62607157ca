import { isRecord, type JsonRecord } from '../json.ts';

/** A field of a body: whether this value, `undefined` if it is absent, will do. */
export type FieldCheck = (value: unknown) => boolean;

/** The name of the first field that is not as it has to be. Fields nobody asked for are ignored. */
export function findFault(
  record: JsonRecord,
  fields: Readonly<Record<string, FieldCheck>>,
): string | undefined {
  return Object.keys(fields).find((name) => !fields[name]?.(record[name]));
}

/** Absent, or as `check` wants it; `null` is not absent. */
export function optional(check: FieldCheck): FieldCheck {
  return (value) => value === undefined || check(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed();
}

export function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

export function isCount(value: unknown): value is number {
  return isInteger(value) && value >= 0;
}

export function isSize(value: unknown): value is number {
  return isInteger(value) && value >= 1;
}

/** A whole number from `least` to `greatest`. */
export function isBetween(least: number, greatest: number): FieldCheck {
  return (value) => isInteger(value) && value >= least && value <= greatest;
}

/** The visitor's id. Qiyu gives no limit; 64 characters are safe. */
export function isUid(value: unknown): value is string {
  return isText(value) && value !== '' && value.length <= 64;
}

export function isMd5(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);
}

export function isHttpUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? '');
}

/** The items of `updateUInfo`: own keys have a label, reserved ones have neither label nor index. */
export function isUserInfo(value: unknown): value is readonly JsonRecord[] {
  return Array.isArray(value) && value.every((item: unknown) => isRecord(item) && isInfoItem(item));
}

const reservedKeys: ReadonlySet<unknown> = new Set(['real_name', 'mobile_phone', 'email', 'avatar']);
const hideableKeys: ReadonlySet<unknown> = new Set(['mobile_phone', 'email']);

function isInfoItem(item: JsonRecord): boolean {
  if (!isText(item.key) || item.key === '') return false;
  const isReserved = reservedKeys.has(item.key);
  const isAbsent = (value: unknown) => value === undefined;
  const fault = findFault(item, {
    label: isReserved ? isAbsent : (label) => isText(label) && label !== '',
    index: isReserved ? isAbsent : optional(isInteger),
    href: optional(isText),
    hidden: hideableKeys.has(item.key) ? optional((hidden) => typeof hidden === 'boolean') : isAbsent,
    ...(item.key === 'avatar' && { value: isHttpUrl }),
  });
  return fault === undefined;
}
