/**
 * The common message: what WeChat's pushes and the vendors' callbacks become, and what adapters and the channel are given.
 */

/** Data that survives `JSON.stringify` and back. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/**
 * A medium of a message. `id` names the bridge's own copy; `from` says where the copy is fetched:
 * `channelId` is WeChat's media id (3 days), `url` a link of WeChat's or the vendor's; with `isSecret` it opens by a
 * secret in it, and nobody is shown it.
 */
export interface Media {
  readonly id: string;
  readonly from: { readonly channelId?: string; readonly url?: string; readonly isSecret?: true };
  readonly name?: string;
  /** What the sender says of it; proved only once the copy is kept. */
  readonly type?: string;
}

/** One thing to choose from: an item of a menu, a grade of a rating. */
export interface Option {
  readonly id: string;
  readonly label: string;
}

/** A piece of a message. The last kind is for what we do not know: data to show, never a throw. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly media: Media }
  | {
      readonly kind: 'voice';
      readonly media: Media;
      readonly durationMs?: number;
      readonly transcript?: string;
    }
  | { readonly kind: 'video'; readonly media: Media }
  | { readonly kind: 'file'; readonly name: string; readonly media?: Media; readonly description?: string }
  | {
      readonly kind: 'link';
      readonly title: string;
      readonly url: string;
      readonly description?: string;
      readonly pictureUrl?: string;
    }
  | {
      readonly kind: 'miniProgramPage';
      readonly title: string;
      readonly path: string;
      readonly appid?: string;
      readonly picture?: Media;
    }
  | {
      readonly kind: 'location';
      readonly latitude: number;
      readonly longitude: number;
      readonly label?: string;
    }
  /** Something to choose from: `text` stands before the options, `tail` after them. */
  | {
      readonly kind: 'menu';
      readonly text: string;
      readonly options: readonly Option[];
      readonly tail?: string;
    }
  /** The visitor picked an option: of a menu the vendor showed, or of the rating that is pending. */
  | {
      readonly kind: 'choice';
      readonly of: 'menu' | 'rating';
      readonly option: Option;
      readonly session?: string;
    }
  | EventPart
  | { readonly kind: 'unsupported'; readonly vendorKind: string; readonly text?: string };

/** Something the visitor did that is no message. `context` is WeChat's `SessionFrom`: chosen by the client, never proof of identity. */
export interface EventPart {
  readonly kind: 'event';
  readonly name: string;
  readonly key?: string;
  readonly context?: string;
}

export type PartKind = Part['kind'];

/** Every kind of what a visitor writes or sends: all but events. */
export const messageKinds = [
  'text',
  'image',
  'voice',
  'video',
  'file',
  'link',
  'miniProgramPage',
  'location',
  'menu',
  'choice',
  'unsupported',
] as const satisfies readonly PartKind[];

/** Who wrote a message. `system` is the bridge itself or an automatic text of the vendor. */
export type Sender =
  | { readonly role: 'visitor' }
  | {
      readonly role: 'agent' | 'robot' | 'system';
      readonly id?: string;
      readonly name?: string;
      readonly avatar?: string;
    };

/** `forward`: from the visitor to the agent. `reply`: from the agent to the visitor. */
export type Direction = 'forward' | 'reply';

/** One message of a conversation, in either direction. Times are milliseconds since 1970. */
export interface Message {
  readonly id: string;
  readonly conversation: string;
  readonly direction: Direction;
  /** Its place among all messages of the conversation: the order of commit. */
  readonly seq: number;
  readonly from: Sender;
  readonly parts: readonly Part[];
  /** When the sender says it was written; for display, never for order. */
  readonly writtenAt: number;
  /** An automatic text (greeting, queue, ending, robot): yields to people's texts when sends are short. */
  readonly automatic?: boolean;
  /** The helpdesk's own id of it, where it has one. */
  readonly vendorId?: string;
}
