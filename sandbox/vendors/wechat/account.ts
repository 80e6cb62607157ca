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
}
