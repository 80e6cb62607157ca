import type { Delivery } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import { type Connection, nobodyEvent, queueEvent } from './connect.ts';
import type { Desk } from './desk.ts';
import { outcomeOfHarmless, type Tried } from './outcome.ts';

/** What asking for an agent came to where no message depends on it. */
export function asAnswer(desk: Desk, context: VisitorContext, connection: Connection): Delivery {
  switch (connection.kind) {
    case 'connected': {
      const { kind: _kind, ...effects } = connection;
      return { outcome: 'accepted', ...effects };
    }
    case 'repeated':
      return { outcome: 'accepted' };
    case 'queued':
      return { outcome: 'accepted', events: [queueEvent(desk, context, placeOf(connection))] };
    case 'nobody':
      return { outcome: 'accepted', events: [nobodyEvent(desk, context, connection)] };
    default:
      return refuse(connection, context);
  }
}

/** Where a visitor stands in the queue. `isRepeat`: a further request was refused as a repeat. */
export type Place = { readonly ahead?: number; readonly isRepeat?: true };

/** The place that an answer tells. */
export function placeOf({ ahead }: Extract<Connection, { kind: 'queued' }>): Place {
  return ahead === undefined ? {} : { ahead };
}

/** What asking came to where nothing can be sent or awaited. */
export function refuse(
  connection: Extract<Connection, { kind: 'blacklisted' | 'timedOut' | 'unknown' | 'failed' }>,
  tried: Tried,
): Delivery {
  switch (connection.kind) {
    case 'blacklisted':
      return { outcome: 'refused', code: 'blacklisted', isSilent: true };
    case 'timedOut':
      return {
        outcome: 'later',
        code: 'robot timed out',
        because: 'message',
        afterMs: 3000,
        atMost: mostTries,
      };
    case 'unknown': {
      const alarm = `Zhichi answers chat_connect by a status that nobody knows (${connection.status})`;
      return {
        outcome: 'later',
        code: `status ${connection.status}`,
        because: 'message',
        afterMs: 5000,
        atMost: mostTries,
        ...(tried.number >= mostTries && { alarm }),
      };
    }
    case 'failed':
      return outcomeOfHarmless(connection.failure, tried);
    default:
      return connection satisfies never;
  }
}

/** The first and three more. */
export const mostTries = 4;
