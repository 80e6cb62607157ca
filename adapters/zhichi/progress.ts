import { z } from 'zod';
import type { Json } from '../../src/model/message.ts';
import type { Delivery } from '../../src/ports/helpdesk.ts';

/** What a `more` leaves behind. */
const progressShape = z
  .object({
    piece: z.int().min(0).default(0),
    /** An agent has been asked for, and serves. */
    isConnected: z.boolean().optional(),
    /** Zhichi had no session where one was remembered. */
    isReconnected: z.boolean().optional(),
    /** What is sent of the medium at hand, once it is uploaded. */
    written: z
      .object({ content: z.string(), msg_type: z.enum(['text', 'image', 'voice', 'video']) })
      .optional(),
    /** The robot has answered, and hands over. */
    isHandedOver: z.boolean().optional(),
    /** The message is being made a ticket. */
    isTicket: z.boolean().optional(),
    /** Receipts of the pieces before. */
    taken: z.array(z.string()).optional(),
  })
  .catch({ piece: 0 });

/** How far a message is carried. */
export type Progress = z.output<typeof progressShape>;

/** What an earlier {@link goOn} left; the beginning where there is none. */
export function readProgress(json: Json): Progress {
  return progressShape.parse(json);
}

/** The next step follows at once. */
export function goOn(progress: Progress): Extract<Delivery, { outcome: 'more' }> {
  return { outcome: 'more', progress: progress as unknown as Json }; // texts, numbers and claims only
}
