import type { FetchMedium } from '../ports/channel.ts';
import type { Tools } from '../ports/helpdesk.ts';
import type { Holds } from '../ports/holds.ts';
import type { ConvertPicture, MediaIds } from '../ports/media.ts';
import type { Pace } from '../ports/pace.ts';
import type { ClaimPermit } from '../ports/permit.ts';
import type { PushKeys } from './push-keys.ts';
import type { TokenSource } from './token.ts';

/** So many random bytes. */
export type Random = (size: number) => Buffer;

/** What the bridge lends the channel. What the `load` of `cached` throws must reach everybody who waits for it. */
export interface ChannelTools extends Pick<Tools, 'fetch' | 'cached' | 'forget' | 'now' | 'log'> {
  readonly random: Random;
  readonly claimPermit: ClaimPermit;
  readonly convertPicture: ConvertPicture;
  /** Fetches a medium from a URL that somebody else has chosen. */
  readonly fetchUrl: FetchMedium;
  /** Of this account's uploads. */
  readonly mediaIds: MediaIds;
  /** What stands in the place of the account's own where a third-party platform holds it. */
  readonly component?: { readonly pushKeys: PushKeys; readonly tokens: TokenSource };
  /** Is told which calls WeChat takes no more for a while; `fetch` keeps to it. */
  readonly pace: Pick<Pace, 'pause'>;
  /** Where several instances call for the account: what of it is stopped, by API; the empty text for all of it. */
  readonly holds?: Holds;
}
