import { createHash } from 'node:crypto';
import type { CompanySettings } from './company-settings.ts';

/** Our own id of a message in the kf chat: the same for a repeat, so that WeCom takes it once. */
export function msgidOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** A repeat is refused because the first attempt had arrived. */
export function isRepeat(
  { settings }: { readonly settings: Pick<CompanySettings, 'duplicateMsgidErrcodes'> },
  answer: { readonly kind: string; readonly code?: unknown },
  { lost }: { readonly lost?: object },
): boolean {
  return (
    lost !== undefined &&
    answer.kind === 'said' &&
    settings.duplicateMsgidErrcodes.includes(Number(answer.code))
  );
}
