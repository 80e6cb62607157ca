/** What an enterprise sets in Qiyu's console, and how the pretended one reads what Qiyu's pages leave open. */
export interface QiyuSettings {
  readonly appKey: string;
  readonly appSecret: string;
  /** Where callbacks go; without it nothing is called back. Setting it anew ends a suspension. */
  readonly callbackUrl?: string | undefined;
  readonly callbackScheme: 'md5' | 'nonce';
  /** How the JSON of a callback is written: the data are the same, the bytes are not. */
  readonly callbackFormat: CallbackFormat;
  /** How long Qiyu waits for the answer to a callback. */
  readonly answerTimeoutMs: number;
  readonly maxCallbackTries: number;
  /** Between the end of a try and the next one; not documented. */
  readonly resendAfterMs: number;
  /** `false`: a re-send is the first try byte for byte. `true`: it has a time and a checksum of its own. */
  readonly resendsWithNewTime: boolean;
  /** So many failed tries in a row suspend the address. */
  readonly maxCallbackFailures: number;
  readonly suspensionMs: number;

  /** Calls to one interface, and to all of them, in any `rateWindowMs`. */
  readonly perInterfaceRate: number;
  readonly perTenantRate: number;
  readonly rateWindowMs: number;
  readonly textMaxChars: number;
  readonly fileMaxBytes: number;
  /** Some of Qiyu's interfaces answer `"code":"200"`. */
  readonly codesAsStrings: boolean;
  /** `message/send` says 14005 or 14006 though the message is taken; else 200. Not documented. */
  readonly sendSaysUnserved: boolean;

  readonly robot?: Robot | undefined;
  readonly groups: readonly Group[];
  readonly takesLeaveMessages: boolean;
  readonly greeting: string;
  /** The greeting as HTML, if the enterprise wrote it as rich text. */
  readonly richGreeting?: string | undefined;
  readonly offlineText: string;
  readonly queueText: string;
  readonly evaluationModel: EvaluationModel;

  /** A visitor who says nothing for so long loses the session (reason 2). */
  readonly silenceTimeoutMs: number;
  /** A message so soon after the end of a session goes to the same agent or robot. */
  readonly stickyMs: number;
  /** A leave-message takes further messages for so long after the last one. */
  readonly leaveMessageMs: number;
  readonly queueTimeoutMs: number;
  /** When the end of the robot's session is called back: before, with or after the answer of `applyStaff`. */
  readonly robotEnd: 'before' | 'together' | 'after';
  readonly transferOrder: 'endFirst' | 'startFirst';
  /** `SESSION_START` when an agent takes a visitor out of the queue. Not documented. */
  readonly announcesQueueEnd: boolean;
  /** `USER_JOIN_QUEUE`, whose content is not documented. */
  readonly announcesQueueJoin: boolean;
}

export type CallbackFormat = 'compact' | 'pretty' | 'escaped';

export interface Robot {
  readonly id: number;
  readonly name: string;
  readonly icon?: string;
  readonly greeting?: string;
  /** What the robot says to a text; nothing: it stays silent. */
  readonly reply?: (text: string) => string | undefined;
}

export interface Group {
  readonly id: number;
  readonly name: string;
  readonly agentIds: readonly number[];
}

export interface EvaluationModel {
  readonly title: string;
  readonly note: string;
  readonly type: number;
  readonly list: readonly { readonly name: string; readonly value: number }[];
}

export const defaultSettings: Omit<QiyuSettings, 'appKey' | 'appSecret'> = {
  callbackScheme: 'md5',
  callbackFormat: 'compact',
  answerTimeoutMs: 10_000,
  maxCallbackTries: 3,
  resendAfterMs: 1000,
  resendsWithNewTime: false,
  maxCallbackFailures: 10,
  suspensionMs: 3_600_000,
  perInterfaceRate: 5,
  perTenantRate: 20,
  rateWindowMs: 1000,
  textMaxChars: 4000,
  fileMaxBytes: 5 * 1024 * 1024,
  codesAsStrings: false,
  sendSaysUnserved: false,
  groups: [],
  takesLeaveMessages: true,
  greeting: '您好',
  offlineText: '客服不在线，请留言',
  queueText: '客服正忙，请稍候',
  evaluationModel: {
    title: '模式二',
    note: '三级评价模式',
    type: 3,
    list: [
      { name: '满意', value: 100 },
      { name: '一般', value: 50 },
      { name: '不满意', value: 1 },
    ],
  },
  silenceTimeoutMs: 30 * 60_000,
  stickyMs: 10_000,
  leaveMessageMs: 5 * 60_000,
  queueTimeoutMs: Number.POSITIVE_INFINITY,
  robotEnd: 'together',
  transferOrder: 'endFirst',
  announcesQueueEnd: true,
  announcesQueueJoin: false,
};

/** Throws at once what would else throw at the first callback. */
export function checkSettings(settings: QiyuSettings): QiyuSettings {
  const { callbackUrl } = settings;
  if (callbackUrl === undefined || URL.parse(callbackUrl)?.protocol === 'http:') return settings;
  throw new Error('expected `callbackUrl` to be an http URL');
}
