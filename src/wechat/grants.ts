import type { Grant } from '../ports/channel.ts';
import type { WeChatSettings } from './settings.ts';

/** An act of a visitor that allows sends; the settings say how many and for how long. */
export type Act = keyof WeChatSettings['quota'];

/**
 * The sends that an act at `actedAt` (milliseconds, by WeChat's clock) grants. `endsAt` lies a little before WeChat's
 * own end (5 s of a minute, 60 s of two days), so that a send on its way still arrives in time.
 */
export function grantFor(
  act: Act,
  actedAt: number,
  { quota, quotaMerge }: Pick<WeChatSettings, 'quota' | 'quotaMerge'>,
): Grant {
  const [sends, seconds] = quota[act];
  const isBrief = seconds <= 3600;
  const marginSec = isBrief ? Math.min(5, seconds / 2) : 60;
  const apart = isBrief && quotaMerge === 'separate' ? { isApart: true as const } : {};
  return { act, sends, endsAt: actedAt + (seconds - marginSec) * 1000, ...apart };
}
