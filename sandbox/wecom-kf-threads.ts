import { isRecord, type JsonRecord } from './vendors/json.ts';
import type { MemberMessage, PretendedWecom } from './vendors/wecom-kf.ts';

/** What a member reads in the application: all visitors in one thread, told apart by tags. */
export interface Thread {
  /** The tag that a visitor has now; `undefined`: he has none. */
  tagOf(openid: string): string | undefined;
  /** What came of a visitor, in order: texts without the tag, media as they are. */
  of(openid: string): readonly MemberMessage[];
}

/** Reads the thread as a member would: a card tells whose a tag is, and media follow the line that announces them. */
export function readThread({ messages }: Pick<PretendedWecom, 'messages'>): Thread {
  const tagsOf = (openid: string) =>
    messages.all.flatMap(({ content }) => (openidIn(content) === openid ? [tagIn(titleOf(content))] : []));
  return {
    tagOf: (openid) => tagsOf(openid).at(-1),
    of(openid) {
      const tags = new Set(tagsOf(openid));
      const own: MemberMessage[] = [];
      let isHis = false;
      for (const message of messages.all) {
        if (message.msgtype === 'template_card') continue;
        const [head, tag] = /^【#([0-9A-Z]+)】[^：]*?(?:：| 发来)/.exec(message.text) ?? [];
        if (tag !== undefined) isHis = tags.has(tag);
        const isLine = head?.endsWith('发来') === true;
        if (isHis && !isLine) own.push({ ...message, text: message.text.slice(head?.length ?? 0) });
      }
      return own;
    },
  };
}

function titleOf({ main_title: title }: JsonRecord): string {
  return isRecord(title) ? String(title.title) : '';
}

function tagIn(title: string): string {
  return /#([0-9A-Z]+)/.exec(title)?.[1] ?? '';
}

function openidIn({ horizontal_content_list: facts }: JsonRecord): string | undefined {
  if (!Array.isArray(facts)) return undefined;
  const fact: unknown = facts.find((one) => isRecord(one) && one.keyname === 'openid');
  return isRecord(fact) ? String(fact.value) : undefined;
}
