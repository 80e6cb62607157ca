import { createHash } from 'node:crypto';
import type { CompanySettings } from './company-settings.ts';

/** Our own id of a message in the kf chat: the same for a repeat, so that WeCom takes it once. */
export function msgidOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

type Answered = { readonly kind: string; readonly code?: unknown };
type Known = { readonly settings: Pick<CompanySettings, 'duplicateMsgidErrcodes'> };

/** An id is refused because a message has it already. */
export function isUsed({ settings }: Known, { kind, code }: Answered): boolean {
  return kind === 'said' && settings.duplicateMsgidErrcodes.includes(Number(code));
}

/** A repeat is refused because the first attempt had arrived. */
export function isRepeat(known: Known, answer: Answered, { lost }: { readonly lost?: object }): boolean {
  return lost !== undefined && isUsed(known, answer);
}
