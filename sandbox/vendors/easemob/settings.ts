/** What a tenant has at Easemob, and how the pretended one reads what Easemob's pages leave open. */
export interface EasemobSettings {
  readonly orgName: string;
  readonly appName: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly imServiceNumber: string;
  readonly callbackSecret: string;
  /** Where callbacks of the IM cloud go; without it nothing is called back. */
  readonly callbackUrl?: string | undefined;
  /** The association of the REST API channel; left out: the channel is off. */
  readonly rest?: RestAssociation | undefined;

  /** How long Easemob waits for the answer to a callback. */
  readonly answerTimeoutMs: number;
  readonly maxCallbackTries: number;
  /** Between two tries. By the documents there is none. */
  readonly resendAfterMs: number;
  /** So many failed tries within `failureWindowMs` suspend the rule, each time for longer. */
  readonly maxCallbackFailures: number;
  readonly failureWindowMs: number;
  readonly suspensionsMs: readonly number[];
  /** 回调异常存储 */
  readonly keepsLostCallbacks: boolean;
  /** What is sent over REST is called back too. */
  readonly echoes: boolean;
  /** IM names come back in small letters. */
  readonly lowersNames: boolean;

  /** Calls in any second, and messages in any minute, of the app. */
  readonly perSecondRate: number;
  readonly perMinuteRate: number;
  readonly requestMaxBytes: number;
  readonly fileMaxBytes: number;
  readonly tokenLifeSec: number;
  /** Files are given to who has a token too. */
  readonly filesNeedToken: boolean;

  /** The helpdesk says when it has a message. `before`: quicker than the answer to the call. */
  readonly acks: 'after' | 'before' | 'never';
  /** One message for all that comes under the same id. */
  readonly dropsRepeats: boolean;
  /** 自定义事件推送 */
  readonly tellsEvents: boolean;
  /** 访客端显示客服昵称 */
  readonly tellsNames: boolean;
  readonly escapesTexts: boolean;
  /** Said by nobody when a session begins. */
  readonly greeting?: string | undefined;
  readonly robot?: Robot | undefined;
  readonly degrees: readonly Degree[];
}

export interface RestAssociation {
  readonly tenantId: string;
  readonly channelId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly callbackUrl?: string;
  /** How the MD5 within a signature is written. */
  readonly md5?: 'hex' | 'base64';
  readonly signsCallbacks?: boolean;
}

export interface Robot {
  readonly id: string;
  readonly name: string;
  /** What the robot says to a text; nothing: it stays silent. */
  readonly reply?: (text: string) => string | undefined;
}

export interface Degree {
  readonly id: number;
  readonly level: number;
  readonly name: string;
  readonly score: number;
  readonly appraiseTags: readonly { readonly id: number; readonly name: string }[];
}

export const defaultSettings: Omit<
  EasemobSettings,
  'orgName' | 'appName' | 'clientId' | 'clientSecret' | 'imServiceNumber' | 'callbackSecret'
> = {
  answerTimeoutMs: 10_000,
  maxCallbackTries: 2,
  resendAfterMs: 0,
  maxCallbackFailures: 90,
  failureWindowMs: 30_000,
  suspensionsMs: [5, 10, 15, 20, 25].map((minutes) => minutes * 60_000),
  keepsLostCallbacks: false,
  echoes: true,
  lowersNames: true,
  perSecondRate: 100,
  perMinuteRate: 6000,
  requestMaxBytes: 5120,
  fileMaxBytes: 10 * 1024 * 1024,
  tokenLifeSec: 5_184_000,
  filesNeedToken: true,
  acks: 'after',
  dropsRepeats: true,
  tellsEvents: true,
  tellsNames: true,
  escapesTexts: true,
  degrees: [
    { id: 101, level: 5, name: '非常满意', score: 5, appraiseTags: [] },
    { id: 102, level: 4, name: '满意', score: 4, appraiseTags: [] },
    { id: 103, level: 3, name: '一般', score: 3, appraiseTags: [] },
    { id: 104, level: 2, name: '不满意', score: 2, appraiseTags: [{ id: 1, name: '回复慢' }] },
    { id: 105, level: 1, name: '非常不满意', score: 1, appraiseTags: [{ id: 1, name: '回复慢' }] },
  ],
};
