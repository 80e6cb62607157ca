/** What the page shows, as one JSON value. Times are milliseconds since 1970. */
export interface SandboxState {
  readonly now: number;
  /** Another number: everything began anew. */
  readonly scene: number;
  /** How far the time has been moved on. */
  readonly movedMs: number;
  readonly bridge: BridgeState;
  readonly wechat: { readonly isOn: boolean; readonly kind: 'miniprogram' };
  /** One, or two side by side. */
  readonly desks: readonly DeskState[];
  /** How two desks share the visitors. */
  readonly routing?: RoutingState;
  /** Who of them got a conversation, and why; oldest first. */
  readonly decisions: readonly Decision[];
  /** The desks that can be chosen. */
  readonly vendors: readonly DeskChoice[];
  readonly visitors: readonly VisitorState[];
  /** Every message the bridge knows of, and those that wait outside its door; oldest first. */
  readonly journeys: readonly Journey[];
  /** What somebody did to the parts: switches, kills, starts; oldest first. */
  readonly happenings: readonly Happening[];
  /** What people wrote against what people saw, counted at the two ends and not by the bridge. */
  readonly ledger: { readonly forward: Ledger; readonly reply: Ledger };
}

export interface BridgeState {
  readonly status: 'starting' | 'running' | 'stopping' | 'stopped';
  readonly pid?: number;
  readonly url: string;
  readonly since: number;
  /** How often it was started. */
  readonly starts: number;
  /** How it ended, and the last it said, where it ended by itself. */
  readonly end?: { readonly signal?: string; readonly status?: number; readonly words: readonly string[] };
}

export const deskNames = ['desk', 'second'] as const;
/** The second stands beside the first, where there are two. */
export type DeskName = (typeof deskNames)[number];

export interface DeskState {
  readonly name: DeskName;
  /** Which of those that can be chosen it is. */
  readonly vendor: string;
  readonly isOn: boolean;
  readonly isStaffed: boolean;
  /** It leads visitors to a chat of its own. */
  readonly leadsAway: boolean;
}

/** A vendor's names in both languages, and its sign of one letter. */
export interface DeskChoice {
  readonly vendor: string;
  readonly zh: string;
  readonly en: string;
  readonly sign: string;
}

/** The rules lead to the second desk; what none of them holds for goes to the first. */
export interface RoutingState {
  readonly rules: readonly RuleState[];
  readonly failoverAfterSec: number;
}

/** A rule by its name, and what it asks for in both languages. */
export interface RuleState {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
}

/** A conversation is begun at a desk, or goes from one to the other. */
export interface Decision {
  readonly id: string;
  readonly at: number;
  readonly visitor: string;
  /** Left out: it moves nothing. */
  readonly from?: DeskName;
  readonly to: DeskName;
  readonly because: 'rule' | 'default' | 'outage';
  readonly rule?: string;
  /** Messages that went along, and those that stayed as they may have arrived. */
  readonly passed?: number;
  readonly left?: number;
}

export interface VisitorState {
  readonly id: string;
  readonly name: string;
  /** Sends that WeChat still accepts for this visitor, until then. */
  readonly allowance: { readonly sends: number; readonly endsAt: number };
  /** What the visitor sees on the phone. */
  readonly phone: readonly Bubble[];
  /** What he sees in the vendor's own chat, once a card has led him there. */
  readonly there?: readonly Bubble[];
  readonly desks: Readonly<Partial<Record<DeskName, AtDesk>>>;
  /** Whose the conversation is, where there are two; `isHeld`: it stays there, unless a rule moves it. */
  readonly owner?: { readonly desk: DeskName; readonly isHeld: boolean };
}

/** A visitor as one desk has him. */
export interface AtDesk {
  readonly session: SessionState;
  /** What the agent sees. */
  readonly bubbles: readonly Bubble[];
}

export type SessionState = 'none' | 'robot' | 'queued' | 'agent' | 'message';

export interface Bubble {
  readonly id: string;
  readonly at: number;
  /** `notice`: a line of the platform itself between the bubbles. */
  readonly from: 'visitor' | 'agent' | 'notice';
  /** What a notice tells. */
  readonly notice?: 'broken' | 'asked' | 'rated' | 'noted';
  readonly text?: string;
  readonly picture?: string;
  readonly card?: Card;
  /** Of what was written at this end: what became of the call to the bridge. */
  readonly call?: CallState;
  /** The bridge has it, and may not send it now. */
  readonly held?: HeldBecause;
  /** It was held for too long, and will not be sent. */
  readonly isExpired?: boolean;
}

/** A message that is neither words nor a picture, as the phone shows it: `type` is WeChat's name of it. */
export interface Card {
  readonly type: string;
  readonly title?: string;
  readonly text?: string;
  /** An address, or the page of a mini-program. */
  readonly url?: string;
  readonly options?: readonly string[];
}

/** Why a reply waits for the visitor: the sends of his last act are used up, or its window is closed. */
export type HeldBecause = 'allowance' | 'window';

/** `calling`: no answer yet, maybe repeated. `taken`: the bridge acknowledged. `lost`: the caller gave up. */
export interface CallState {
  readonly state: 'calling' | 'taken' | 'lost';
  readonly tries: number;
}

export type Direction = 'forward' | 'reply';

/** One message on its way. */
export interface Journey {
  readonly id: string;
  readonly visitor: string;
  readonly direction: Direction;
  /** Its place in the conversation; left out while the bridge does not have it. */
  readonly seq?: number;
  /** `visitor`, `agent`, `robot`, or `system` for what the bridge says itself. */
  readonly from: string;
  readonly kind: string;
  readonly text: string;
  /** Whose helpdesk it goes to or comes from, where that is known. */
  readonly desk?: DeskName;
  /** The bridge's own word, or where it stands before the bridge has it. */
  readonly state: string;
  readonly isOpen: boolean;
  readonly attempts: number;
  /** Attempts that have to be made again. */
  readonly failures: number;
  /** Words that yield to people's. */
  readonly isAutomatic: boolean;
  /** Of the last attempt. */
  readonly code?: string;
  readonly held?: HeldBecause;
  /** The id of the send that carries it; texts that waited together share one. */
  readonly send?: string;
  /** When it is tried next. */
  readonly dueAt?: number;
  readonly stations: Stations;
}

export interface Stations {
  readonly writtenAt: number;
  readonly storedAt?: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
}

export interface Happening {
  readonly id: string;
  readonly at: number;
  /** Of which desk it tells. */
  readonly desk?: DeskName;
  readonly kind:
    | 'bridgeKilled'
    | 'bridgeStopped'
    | 'bridgeStarted'
    | 'wechatOff'
    | 'wechatOn'
    | 'deskOff'
    | 'deskOn'
    | 'agentsLeft'
    | 'agentsBack'
    | 'leaptMinute'
    | 'leaptHour'
    | 'leaptTwoDays';
}

export interface Ledger {
  readonly written: number;
  readonly arrived: number;
  /** Written, not yet seen at the other end. */
  readonly underWay: number;
  /** The caller gave up before the bridge had it. */
  readonly neverTaken: number;
  /** The bridge gave it up, as the visitor stayed away. */
  readonly expired: number;
  readonly twice: number;
  readonly outOfOrder: number;
}

/** What lies behind one message, on demand: bodies as they went over the wire. */
export interface Evidence {
  readonly id: string;
  /** The bridge's own row. */
  readonly row?: Readonly<Record<string, unknown>>;
  readonly calls: readonly CallEvidence[];
}

export interface CallEvidence {
  readonly at: number;
  readonly tookMs?: number;
  /** `push`, `callback`, or what the bridge called. */
  readonly title: string;
  readonly from: 'wechat' | 'bridge' | DeskName;
  readonly to: 'wechat' | 'bridge' | DeskName;
  /** 0: nothing was answered. */
  readonly status: number;
  readonly request: string;
  readonly answer: string;
  /** An encrypted body in clear. */
  readonly plain?: string;
}
