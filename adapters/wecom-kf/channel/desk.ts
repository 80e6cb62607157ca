import type { ChannelTools } from '../../../src/ports/channel-definition.ts';
import type { KfApi } from '../kf-api.ts';
import type { KfChannelSettings } from './settings.ts';

/** What every call of the channel needs. */
export interface ChannelDesk {
  readonly settings: KfChannelSettings;
  readonly api: KfApi;
  readonly tools: ChannelTools;
}
