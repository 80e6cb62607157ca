/** A company, its application and its kf account, as its console has them. */
export interface WecomSettings {
  readonly corpid: string;
  readonly secret: string;
  readonly agentid: number;
  readonly openKfid: string;
  /** Kf accounts that stand before ours in the list of all. */
  readonly accountsBefore: number;
  readonly callbackToken: string;
  readonly encodingAESKey: string;
  /** Left out: nothing is called back. */
  readonly callbackUrl?: string;
  /** In all. */
  readonly callbackTries: number;
  /** Between two of them; the vendor's is not published. */
  readonly callbackPauseMs: number;
  /** The kf account is managed by API. */
  readonly isManaged: boolean;
  /** Entries of one page at most, whatever is asked for. */
  readonly pageSize: number;
  /** Messages a minute to one member; what is over it is dropped, and called a success. */
  readonly memberPerMinute: number;
}

export const defaultSettings = {
  callbackTries: 3,
  callbackPauseMs: 1000,
  isManaged: true,
  accountsBefore: 0,
  pageSize: 1000,
  memberPerMinute: 30,
} as const;

export interface Member {
  readonly userid: string;
  readonly name: string;
  /** He takes kf chats: 0 receiving, 1 stopped. Left out: he is no servicer. */
  readonly status?: 0 | 1;
}
