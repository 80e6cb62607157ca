import type { Tools } from '../../src/ports/helpdesk.ts';
import type { WecomApi } from './api.ts';
import type { WecomKfSettings } from './settings.ts';

/** What every call needs. */
export interface Desk extends Pick<Tools, 'now' | 'cached' | 'media' | 'mediaUrl' | 'history' | 'channel'> {
  readonly settings: WecomKfSettings;
  readonly api: WecomApi;
}
