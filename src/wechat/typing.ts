import type { Addressee, TypingSign } from '../ports/channel.ts';
import type { WeChatClient } from './client.ts';
import { businessOf } from './encode.ts';
import type { WeChatSettings } from './settings.ts';

/** Which of the two APIs: the pages of mini-programs name the first, those of official accounts the second. */
export type TypingPath = 'business' | 'common';

/** Shows that an agent is writing, by the path that is right for the account. Whatever WeChat says, it never rejects. */
export function createTyping(settings: WeChatSettings, client: WeChatClient): TypingSign {
  const { kind, typingPath } = settings;
  let path: TypingPath =
    typingPath === 'auto' ? (kind === 'miniprogram' ? 'business' : 'common') : typingPath;
  let mayChange = typingPath === 'auto';
  async function show(addressee: Addressee, signal: AbortSignal): Promise<void> {
    const { business, visitor } = addressee;
    const body = JSON.stringify({ touser: visitor, command: 'Typing', ...businessOf(business, settings) });
    const answer = await client.showTyping(path, body, signal);
    if (!mayChange || answer.kind !== 'said' || answer.errcode !== WRONG_PATH) return;
    // Once: an account that neither path is right for is not asked twice each time.
    mayChange = false;
    const other = path === 'business' ? 'common' : 'business';
    const again = await client.showTyping(other, body, signal);
    if (again.kind !== 'said' || again.errcode !== WRONG_PATH) path = other;
  }
  return { lastsMs: 15_000, show };
}

/** WeChat, page on the typing state: the path is another kind of account's. */
const WRONG_PATH = 40200;
