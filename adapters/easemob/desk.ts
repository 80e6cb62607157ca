import type { Tools } from '../../src/ports/helpdesk.ts';
import type { EasemobApi } from './api.ts';
import type { RestApi } from './rest-api.ts';
import type { EasemobSettings } from './settings.ts';

/** What every call needs. */
export interface Desk extends Pick<Tools, 'now' | 'media' | 'mediaUrl' | 'channelKind'> {
  readonly settings: EasemobSettings;
  readonly im: EasemobApi;
  readonly rest: RestApi;
}
