import type { Conversation } from '../../src/model/conversation.ts';
import type { ActionContext, Tools } from '../../src/ports/helpdesk.ts';
import type { ZhichiApi } from './api.ts';
import type { ZhichiSettings } from './settings.ts';

/** What every call needs. */
export interface Desk extends Pick<Tools, 'now' | 'media' | 'mediaUrl' | 'channelKind'> {
  readonly settings: ZhichiSettings;
  readonly api: ZhichiApi;
}

/** An attempt for one visitor. */
export type VisitorContext = ActionContext & { readonly conversation: Conversation };
