import type { Grant } from '../ports/channel.ts';
import type { WeChatSettings } from './settings.ts';

/** An act of a visitor that allows sends; the settings say how many and for how long. */
export type Act = keyof WeChatSettings['quota'];

/**
 * The sends that an act at `actedAt` (milliseconds, by WeChat's clock) grants. `endsAt` lies a little before WeChat's
 * own end (5 s of a minute, 60 s of two days), so that a send on its way still arrives in time.
 */
export function grantFor(act: Act, actedAt: number, quota: WeChatSettings['quota']): Grant {
  const [sends, seconds] = quota[act];
  const marginSec = seconds > 3600 ? 60 : Math.min(5, seconds / 2);
  return { act, sends, endsAt: actedAt + (seconds - marginSec) * 1000 };
}
