/** What an enterprise sets in Meiqia's console, and how the pretended one reads what nobody has written down. */
export interface MeiqiaSettings {
  readonly appKey: string;
  readonly secretKey: string;
  readonly webhookSecret?: string | undefined;
  /** Where pushes and webhooks go; without it nothing is called back. */
  readonly pushUrl?: string | undefined;
  readonly webhookUrl?: string | undefined;
  readonly entId: string;
  readonly enterpriseToken: string;
  /** This host does not serve the enterprise. */
  readonly isWrongHost: boolean;
  /** Characters of a visitor's key: 16, 24 or 32. */
  readonly keyLength: 16 | 24 | 32;
  /** Which answers come as `ret`: those to encrypted calls, or none. */
  readonly encrypts: 'sealed' | 'none';
  /** An unknown own id is given to the visitor who asks for it. */
  readonly bindsOwnIds: boolean;
  /** Own ids that cannot be bound. */
  readonly unbindableIds: readonly string[];

  /** How often a push or webhook is tried in all, and the pause between; repeats are not documented. */
  readonly pushTries: number;
  readonly pushAgainAfterMs: number;
  readonly answerTimeoutMs: number;
  /** The newer page has `id` and the conversation in `messageId`; the older one the message in `messageId`. */
  readonly pushIds: 'newer' | 'older';

  readonly textMaxChars: number;
  readonly uploadMaxBytes: number;
  /** The bound of the stream is part of it. */
  readonly includesBound: boolean;
  /** What happens in a conversation stands in the stream as well. */
  readonly showsActions: boolean;
  /** A message of a visitor who queues is stored at once. */
  readonly storesQueued: boolean;
  /** Words that are masked. */
  readonly masked: readonly string[];
  /** HTTP 400 in place of `success: false` where nobody can receive a message. */
  readonly refusesBy400: boolean;

  readonly robot?: Robot | undefined;
  readonly greeting: string;
  readonly ending: string;
  readonly takesTickets: boolean;
  readonly takesPhotos: boolean;
  readonly takesVideos: boolean;
  readonly ratingText: string;
  /** The agent's end of a conversation asks for a rating. */
  readonly asksRatingAtEnd: boolean;
  /** A visitor who says nothing for so long loses the conversation. */
  readonly silenceTimeoutMs: number;
}

/** A robot that serves first. */
export interface Robot {
  readonly token: string;
  readonly nickname: string;
  /** What the robot says to a text; nothing: it stays silent. */
  readonly reply?: (text: string) => string | undefined;
}

export const defaultSettings: Omit<MeiqiaSettings, 'appKey' | 'secretKey'> = {
  entId: '100001',
  enterpriseToken: '3f0c2f3e5b1d4c589a570d9c6f1f2a11',
  isWrongHost: false,
  keyLength: 16,
  encrypts: 'sealed',
  bindsOwnIds: true,
  unbindableIds: [],
  pushTries: 1,
  pushAgainAfterMs: 1000,
  answerTimeoutMs: 5000,
  pushIds: 'newer',
  textMaxChars: 2000,
  uploadMaxBytes: 10 * 1024 * 1024,
  includesBound: true,
  showsActions: true,
  storesQueued: true,
  masked: [],
  refusesBy400: false,
  greeting: '您好，请问有什么可以帮您？',
  ending: '',
  takesTickets: true,
  takesPhotos: true,
  takesVideos: true,
  ratingText: '请对本次服务做出评价',
  asksRatingAtEnd: false,
  silenceTimeoutMs: Number.POSITIVE_INFINITY,
};

/** Throws at once what would else throw at the first callback. */
export function checkSettings(settings: MeiqiaSettings): MeiqiaSettings {
  const { pushUrl, webhookUrl } = settings;
  const isUrl = (url: string | undefined) => url === undefined || URL.parse(url)?.protocol === 'http:';
  if (isUrl(pushUrl) && isUrl(webhookUrl)) return settings;
  throw new Error('expected `pushUrl` and `webhookUrl` to be http URLs');
}
