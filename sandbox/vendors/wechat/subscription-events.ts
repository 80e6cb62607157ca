import type { Timeline } from '../timeline.ts';
import type { Account } from './account.ts';
import type { Field, PushMessage } from './body.ts';
import type { Pushed } from './delivery.ts';
import type { Notice, RefusedNotice, Subscriptions } from './subscriptions.ts';

/** What a visitor said of a template when he was asked. */
export interface SubscribeAnswer {
  readonly template: string;
  readonly status: 'accept' | 'reject';
}

/** Subscription messages as visitors and the platform have them: what was sent, and the events about it. */
export interface SubscriptionDesk {
  readonly notices: Timeline<Notice>;
  readonly refusedNotices: Timeline<RefusedNotice>;
  /** Messages of this template that the visitor may still be sent. */
  remaining(openid: string, template: string): number;
  /** The visitor answers the question: each template that he accepts may be sent once. */
  answer(pushUrl: string, openid: string, answers: readonly SubscribeAnswer[]): Promise<Pushed>;
  /** The visitor switches templates off. */
  switchOff(pushUrl: string, openid: string, templates: readonly string[]): Promise<Pushed>;
  /** What became of a message: 0, or an error code. */
  report(pushUrl: string, notice: Notice, code: string): Promise<Pushed>;
}

export function openSubscriptionDesk(
  subscriptions: Subscriptions,
  {
    account,
    now,
    push,
  }: {
    readonly account: () => Account;
    readonly now: () => number;
    readonly push: (pushUrl: string, message: PushMessage) => Promise<Pushed>;
  },
): SubscriptionDesk {
  const tell = (pushUrl: string, event: EventRows) =>
    push(pushUrl, writeEvent(account(), event, Math.floor(now() / 1000)));
  return {
    notices: subscriptions.notices,
    refusedNotices: subscriptions.refusedNotices,
    remaining: subscriptions.remaining,
    answer(pushUrl, openid, answers) {
      const rows = answers.map(({ template, status }) => {
        if (status === 'accept') subscriptions.accept(openid, template);
        return { TemplateId: template, SubscribeStatusString: status, PopupScene: '0' };
      });
      return tell(pushUrl, { openid, name: 'popup', rows });
    },
    switchOff(pushUrl, openid, templates) {
      const rows = templates.map((template) => {
        subscriptions.forbid(openid, template);
        return { TemplateId: template, SubscribeStatusString: 'reject' };
      });
      return tell(pushUrl, { openid, name: 'change', rows });
    },
    report(pushUrl, { openid, template, msgId }, code) {
      const status = code === '0' ? 'success' : 'failed';
      const rows = [{ TemplateId: template, MsgID: msgId, ErrorCode: code, ErrorStatus: status }];
      return tell(pushUrl, { openid, name: 'sent', rows });
    },
  };
}

interface EventRows {
  readonly openid: string;
  readonly name: keyof typeof wrappers;
  readonly rows: readonly { readonly [name: string]: Field }[];
}

const wrappers = {
  popup: 'SubscribeMsgPopupEvent',
  change: 'SubscribeMsgChangeEvent',
  sent: 'SubscribeMsgSentEvent',
} as const;

/**
 * XML has the rows below an element of its own, `List` repeated. JSON has them at the top, one as an object and several
 * as a list, and the time as a text (WeChat, subscription message events).
 */
function writeEvent({ format }: Account, { openid, name, rows }: EventRows, nowSec: number): PushMessage {
  const head = { FromUserName: openid, MsgType: 'event', Event: `subscribe_msg_${name}_event` };
  if (format === 'xml') return { ...head, [wrappers[name]]: { List: rows } };
  const [row] = rows;
  return { ...head, CreateTime: String(nowSec), List: rows.length === 1 && row ? row : rows };
}
