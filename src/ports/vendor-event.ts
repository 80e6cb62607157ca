import type { Json, Option, Part, Sender } from '../model/message.ts';

/** Why a session ended. `handedOn` (robot to agent) and `transferred` are not told to the visitor: it goes on. */
export type EndReason = 'agent' | 'silence' | 'agentLeft' | 'handedOn' | 'transferred' | 'other';

interface EventBase {
  /** What makes a repeat recognisable; any one that was seen before makes this a repeat. Empty: never a repeat. */
  readonly keys: readonly string[];
  /** Outside id of the visitor; `null` if it concerns the helpdesk itself. Left out where the conversation is known. */
  readonly visitor?: string | null;
  /** Milliseconds since 1970, by the vendor's clock. */
  readonly at: number;
  /** The event needs a call of its own: `HelpdeskAdapter.react`. */
  readonly react?: { readonly notAfter?: number };
  /** For this adapter's `fold` alone. */
  readonly extra?: Json;
}

/** What happens at the helpdesk, whether it came by callback, in an answer or on a pulled page. */
export type VendorEvent = EventBase &
  (
    | {
        readonly kind: 'message';
        readonly from: Exclude<Sender, { role: 'visitor' }>;
        readonly parts: readonly Part[];
        readonly automatic?: boolean;
        readonly vendorId?: string;
      }
    | {
        readonly kind: 'sessionStarted';
        readonly session: string;
        readonly by: 'robot' | 'agent';
        readonly agent?: { readonly id?: string; readonly name?: string; readonly avatar?: string };
        readonly transferredFrom?: string;
      }
    | {
        readonly kind: 'sessionEnded';
        readonly session: string;
        readonly reason: EndReason;
        readonly by?: 'robot' | 'agent';
      }
    | { readonly kind: 'queued'; readonly ahead?: number; readonly text?: string }
    | { readonly kind: 'queueLeft'; readonly reason: 'served' | 'timeout' | 'visitor' | 'other' }
    /** `keeps`: the vendor keeps what is forwarded all the same (a leave-message list). */
    | { readonly kind: 'nobodyOnline'; readonly keeps: boolean; readonly text?: string }
    | {
        readonly kind: 'menuAsked';
        readonly text: string;
        readonly options: readonly Option[];
        readonly expiresMs?: number;
      }
    /** Without `options` the core asks `HelpdeskAdapter.ratingOptions`. */
    | {
        readonly kind: 'ratingAsked';
        readonly session: string;
        readonly title?: string;
        readonly options?: readonly Option[];
        readonly expiresMs?: number;
      }
    /** Said past the bridge, and read by both sides already: history alone. Its keys tell it from all others. */
    | { readonly kind: 'recorded'; readonly from: Sender; readonly parts: readonly Part[] }
    | { readonly kind: 'typing' }
    | { readonly kind: 'recalled'; readonly vendorId: string }
    /** The helpdesk shows our message; `key` is the attempt's. */
    | { readonly kind: 'receipt'; readonly key: string; readonly vendorId?: string }
    /** Nothing but a change of the adapter's memory. */
    | { readonly kind: 'noted' }
    | { readonly kind: 'unsupported'; readonly vendorKind: string }
  );
