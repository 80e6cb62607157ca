export interface MediaTable {
  id: string;
  tenant: string;
  conversation: string;
  message: string;
  source: string;
  name: string | null;
  state: 'wanted' | 'kept' | 'gone';
  attempts: number;
  due: number | null;
  type: string | null;
  bytes: number | null;
  md5: string | null;
  width: number | null;
  height: number | null;
  code: string | null;
  wanted_at: number;
  /** Until when its public URL lives; null while none was given out. */
  url_until: number | null;
  /** How often a process took it in hand; what an earlier one brings changes nothing. 0: only one process has the store. */
  claim: number;
  /** The process that has it in hand, and until when (the database's time) nobody else takes it. */
  held_by: string | null;
  held_until: number | null;
  /** The name of the file that is the copy; null: the id. */
  file: string | null;
}

/** A file that is kept in the store: whole, in pieces of `piece_bytes`, of which the last may be smaller. */
export interface MediaFileTable {
  name: string;
  bytes: number;
  piece_bytes: number;
}

export interface MediaPieceTable {
  file: string;
  /** From 0. */
  place: number;
  content: Uint8Array;
}
