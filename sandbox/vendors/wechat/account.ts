/** What pushes are signed and encrypted with. */
export interface PushKeys {
  readonly appid: string;
  readonly token: string;
  readonly encodingAESKey: string;
}

/** A mini-program or official account as its console shows it. */
export interface Account {
  readonly appid: string;
  readonly secret: string;
  readonly token: string;
  readonly encodingAESKey: string;
  /** `gh_…` */
  readonly originalId: string;
  readonly kind: 'miniprogram' | 'service' | 'subscription';
  readonly mode: 'plain' | 'compatible' | 'safe';
  readonly format: 'xml' | 'json';
  /** Of an official account: mini-programs that its links and cards may lead to. */
  readonly boundAppids?: readonly string[];
  /** Agents of the official tool, `name@account`. */
  readonly kfAccounts?: readonly string[];
  /** How a hand-over within a JSON envelope is read. WeChat does not say it; left out: either way. */
  readonly transferInner?: 'xml' | 'json';
  /** The third-party platform that holds the account: its pushes carry the platform's keys. */
  readonly component?: PushKeys;
}

export function pushKeysOf(account: Account): PushKeys {
  return account.component ?? account;
}
