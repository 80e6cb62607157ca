import type { Words } from './desk.ts';
import type { Picture } from './pictures.ts';
import type { Entrance } from './routing.ts';
import type { DeskName, Evidence, SandboxState } from './state.ts';
import type { LeapName } from './time.ts';

/** What the page can see and do, whatever is behind it. */
export interface Stage {
  /** The desks that can be chosen. */
  readonly vendors: readonly string[];
  /** Begins anew with this vendor's desk, or without a second one, and a bridge that knows nothing. */
  chooseDesk(desk: DeskName, vendor: string | undefined): Promise<void>;
  state(): SandboxState;
  /** Calls `listener` after changes; the returned function ends it. */
  onChange(listener: () => void): () => void;
  evidence(id: string): Evidence;
  picture(id: string): Picture | undefined;
  visitorWrites(visitor: string, words: Words): void;
  visitorEnters(visitor: string, entrance: Entrance): void;
  /** He taps on a card. `false`: it leads to no chat that is shown here. */
  visitorOpens(visitor: string, url: string): Promise<boolean>;
  /** In the vendor's own chat. `false`: he is not there. */
  visitorSaysThere(visitor: string, text: string): boolean;
  /** `false`: there is nobody to write. */
  agentWrites(desk: DeskName, visitor: string, words: Words): boolean;
  /** `false`: there is no session for it. */
  agentDoes(desk: DeskName, visitor: string, deed: 'end' | 'inviteRating'): boolean;
  turn(which: Switch, isOn: boolean): Promise<void>;
  bridge(order: BridgeOrder): Promise<void>;
  /** Moves the time of the bridge and of the vendors on. */
  leap(name: LeapName): Promise<void>;
}

/** What can be switched off: WeChat's API, a helpdesk, or its agents. */
export type Switch =
  | { readonly kind: 'wechat'; readonly desk?: undefined }
  | { readonly kind: 'desk' | 'staff'; readonly desk: DeskName };
export const bridgeOrders = ['kill', 'start'] as const;
export type BridgeOrder = (typeof bridgeOrders)[number];
