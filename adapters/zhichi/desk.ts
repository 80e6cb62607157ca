import type { Tools } from '../../src/ports/helpdesk.ts';
import type { ZhichiApi } from './api.ts';
import type { ZhichiSettings } from './settings.ts';

/** What every call needs. */
export interface Desk extends Pick<Tools, 'now' | 'media' | 'mediaUrl' | 'channelKind'> {
  readonly settings: ZhichiSettings;
  readonly api: ZhichiApi;
}
