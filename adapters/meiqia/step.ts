import { z } from 'zod';
import type { Json } from '../../src/model/message.ts';
import type { Attempt, Delivery } from '../../src/ports/helpdesk.ts';
import type { Desk } from './desk.ts';
import type { Memory, State } from './memory.ts';
import type { Piece } from './pieces.ts';
import { uploadShape } from './upload.ts';

/** What a `more` leaves behind. */
export const progressShape = z
  .object({
    piece: z.int().min(0).default(0),
    isIntroduced: z.boolean().optional(),
    /** Somebody who serves has been asked for, with an answer. */
    isAllocated: z.boolean().optional(),
    /** So often the conversation turned out to have ended, or to take nothing. */
    ended: z.int().optional(),
    /** Nobody is online: it is left as a ticket. */
    isLeft: z.boolean().optional(),
    upload: uploadShape.optional(),
    /** The medium goes as a line of text. */
    isLinked: z.boolean().optional(),
    /** Ids of the pieces that went before. */
    sent: z.array(z.string()).optional(),
  })
  .catch({ piece: 0 });

export type Progress = z.output<typeof progressShape>;

/** One step of carrying a message: what is known, and the piece whose turn it is. */
export interface Step {
  readonly desk: Desk;
  readonly attempt: Attempt;
  readonly progress: Progress;
  readonly piece: Piece;
  readonly isLast: boolean;
  readonly memory: Memory;
  readonly state: State | undefined;
}

/** What is left of it for the next piece. */
export function nextPiece(progress: Progress): Progress {
  const { upload: _upload, isLinked: _linked, ended: _ended, ...rest } = progress;
  return { ...rest, piece: progress.piece + 1 };
}

/** This step is done; the next follows at once. */
export function goOn(progress: Progress): Extract<Delivery, { outcome: 'more' }> {
  return { outcome: 'more', progress: progress as unknown as Json }; // texts, numbers and claims only
}
