/**
 * What the visitor is told by the bridge itself: each text with its default and when it is sent. An empty text is
 * silence. `{ahead}` is the number of people before the visitor, `{place}` one more, `{agent}` the agent's name,
 * `{options}` the numbered list. Where the vendor gives a text of its own for the occasion, it goes before the default,
 * and a configured text before both.
 */
export const notices = {
  start: { text: '', help: 'an agent has taken the conversation' },
  end: { text: '本次服务已结束，感谢您的咨询。', help: 'the session ended' },
  agentLeft: { text: '客服已离开，如需继续请直接留言。', help: 'the session ended because the agent left' },
  transfer: { text: '', help: 'the session went to another agent' },
  queue: {
    text: '客服正忙，您当前排在第 {place} 位，请稍候。',
    help: 'the visitor has to queue, or moved up',
  },
  queueTimeout: { text: '排队超时，请稍后再试或直接留言。', help: 'the vendor gave up queueing' },
  offline: {
    text: '当前没有客服在线，您可以直接留言。',
    help: 'nobody is online; the vendor keeps what is written',
  },
  closed: {
    text: '当前没有客服在线，请在服务时间内再来咨询。',
    help: 'nobody is online, and the vendor keeps nothing',
  },
  undelivered: {
    text: '抱歉，您刚才的消息未能送达客服，请稍后重试。',
    help: 'a message of the visitor was given up',
  },
  rate: { text: '请为本次服务评分，回复数字即可：\n{options}', help: 'the visitor is asked for a rating' },
  rated: { text: '感谢您的评价！', help: 'the rating arrived' },
  menu: { text: '{text}\n{options}', help: 'the vendor offers a choice' },
} as const;

export type NoticeName = keyof typeof notices;

/** Configured texts: only what somebody wrote. */
export type NoticeTexts = { readonly [Name in NoticeName]?: string | undefined };
