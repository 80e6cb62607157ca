/** What a company has at Zhichi, and how the pretended one reads what Zhichi's pages leave open. */
export interface ZhichiSettings {
  readonly appId: string;
  readonly appKey: string;
  readonly companyId: string;
  readonly apiPrefix: string;
  /** How calls show their token; the other way is as good as none. */
  readonly authStyle: 'token' | 'bearer';
  readonly tokenLifeSec: number;
  /** `expires_in` and `status` come as texts. */
  readonly numbersAsTexts: boolean;
  /** Another spelling of the envelope: `retCode`, `retMsg`. */
  readonly camelCase: boolean;
  /** How far the time of a token call may be off; not documented. */
  readonly tokenSkewSec: number;

  /** The message address (推送地址); without it nothing is pushed. */
  readonly pushUrl?: string | undefined;
  /** How a push is spelled. */
  readonly pushFormat: 'camel' | 'snake' | 'wrapped' | 'form';
  /** How long Zhichi waits for the answer to a push. */
  readonly answerTimeoutMs: number;
  /** Once and once more, as the forwarding. Not documented for pushes. */
  readonly maxPushTries: number;
  readonly resendAfterMs: number;
  /** Pushes of events beside messages. Not documented. */
  readonly pushesEvents: boolean;
  /** Where everything that is said is forwarded (在线消息转发). */
  readonly forwardUrl?: string | undefined;
  readonly forwardKey: string;
  /** How long an entry waits for others of its kind, to be forwarded together. */
  readonly forwardAfterMs: number;
  /** `false`: the forwarding has no headers that sign it. */
  readonly signsForwarding: boolean;

  readonly robot?: Robot | undefined;
  readonly groups: readonly Group[];
  readonly greeting: string;
  readonly queueText: string;
  /** More than so many in the queue get no place in it. */
  readonly queueLength: number;
  readonly isWorkingTime: boolean;
  /** What a visitor is told who asks again while an agent serves: refused as a repeat, or already connected. */
  readonly saysServed: -1 | 4;
  /** The same while the visitor queues: refused as a repeat, or the place. */
  readonly saysQueued: -1 | 0;
  /** A visitor who says nothing for so long loses the session (status 4). */
  readonly silenceTimeoutMs: number;
  readonly queueTimeoutMs: number;
  /** An entry is in the record only so long after it was said. */
  readonly recordLagMs: number;
  readonly takesVideo: boolean;
  readonly textMaxChars: number;
}

/** The robot that answers in the response. */
export interface Robot {
  readonly flag: number;
  /** What the robot answers a question by: the fields of `item`. Default: it says that it does not understand. */
  readonly reply?: (question: string) => Readonly<Record<string, unknown>>;
}

/** A skill group (技能组). */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly agentIds: readonly string[];
}

export const defaultSettings: Omit<ZhichiSettings, 'appId' | 'appKey'> = {
  companyId: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  apiPrefix: '/api/chat/5/user',
  authStyle: 'token',
  tokenLifeSec: 86_400,
  numbersAsTexts: false,
  camelCase: false,
  tokenSkewSec: 300,
  pushFormat: 'camel',
  answerTimeoutMs: 10_000,
  maxPushTries: 2,
  resendAfterMs: 1000,
  pushesEvents: true,
  forwardKey: 'madeUpForwardKey',
  forwardAfterMs: 1000,
  signsForwarding: true,
  groups: [],
  greeting: '您好',
  queueText: '客服正忙，请稍候',
  queueLength: 1000,
  isWorkingTime: true,
  saysServed: -1,
  saysQueued: 0,
  silenceTimeoutMs: 30 * 60_000,
  queueTimeoutMs: Number.POSITIVE_INFINITY,
  recordLagMs: 0,
  takesVideo: false,
  textMaxChars: 1000,
};

/** Throws at once what would else throw at the first push. */
export function checkSettings(settings: ZhichiSettings): ZhichiSettings {
  for (const name of ['pushUrl', 'forwardUrl'] as const) {
    const url = settings[name];
    if (url !== undefined && URL.parse(url)?.protocol !== 'http:') {
      throw new Error(`expected \`${name}\` to be an http URL`);
    }
  }
  return settings;
}
