import type { JsonRecord } from '../json.ts';
import type { StoredFile } from './files.ts';

export type Channel = 'im' | 'rest';

/** A message of a visitor that the helpdesk shows. */
export interface VisitorMessage {
  readonly at: number;
  /** His IM name, or the id that the REST channel was told. */
  readonly visitor: string;
  readonly channel: Channel;
  /** `msg_id_for_ack`, or `msg_id`. */
  readonly id: string;
  readonly type: string;
  readonly text?: string;
  readonly body: JsonRecord;
  readonly file?: StoredFile;
  /** `ext.msgtype`: a card, an answer to a menu. */
  readonly msgtype?: JsonRecord;
  /** `ext.weichat`, or the `ext` of the REST channel. */
  readonly weichat: JsonRecord;
  readonly state: 'agent' | 'robot' | 'waiting';
}

/** A message that the IM cloud took and no agent ever sees. */
export interface Unseen {
  readonly at: number;
  readonly from: string;
  readonly because: string;
}

/** A call that was not taken. */
export interface RefusedCall {
  readonly at: number;
  readonly path: string;
  readonly status: number;
  readonly because: string;
}

/** A rating, as it was handed in. */
export interface Enquiry {
  readonly at: number;
  readonly visitor: string;
  readonly args: JsonRecord;
}

/** The visitor asked for an agent by the command. */
export interface HandoverAsked {
  readonly at: number;
  readonly visitor: string;
  readonly action: string;
  readonly args: JsonRecord;
}
