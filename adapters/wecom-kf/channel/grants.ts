import type { Grant } from '../../../src/ports/channel.ts';
import type { KfChannelSettings } from './settings.ts';

/** A send that is on its way is to arrive in time. */
const marginMs = 60_000;
const briefMarginMs = 5000;

/** What a message of the customer's allows: five messages in 48 h, and no more for several of his (WeCom, `kf/send_msg`). */
export function grantOfMessage(at: number, { quota }: Pick<KfChannelSettings, 'quota'>): Grant {
  const [sends, seconds] = quota.message;
  return { act: 'message', sends, endsAt: at + Math.max(seconds * 1000 - marginMs, 0) };
}

/** The one message that the code of entering allows, for 20 s (WeCom, `kf/send_msg_on_event`). */
export function grantOfWelcome(at: number, code: string, { quota }: Pick<KfChannelSettings, 'quota'>): Grant {
  const [sends, seconds] = quota.welcome;
  const endsAt = at + Math.max(seconds * 1000 - briefMarginMs, 0);
  return { act: 'welcome', sends, endsAt, isApart: true, code };
}
