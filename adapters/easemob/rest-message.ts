import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import type { Desk } from './desk.ts';
import type { Draft } from './im-message.ts';
import { visitorIdOf } from './names.ts';
import { describePiece } from './pieces.ts';
import { writeMedia } from './upload.ts';
import { wishesOf } from './wishes.ts';

/** The body of a message by the REST API channel: field names in its own style, and no level `weichat`. */
export function writeRestMessage(desk: Desk, draft: Draft, context: VisitorContext): Buffer {
  const { settings } = desk;
  const { conversation, routing } = context;
  const { restTimestampUnit } = settings;
  const { queueId, queueName, agentUsername } = wishesOf(settings, routing);
  const visitor = visitorIdOf(settings, conversation);
  const now = desk.now();
  const body = {
    bodies: [bodyOf(draft)],
    ext: {
      ...(queueId !== undefined && { queue_id: queueId }),
      ...(queueName !== undefined && { queue_name: queueName }),
      ...(agentUsername !== undefined && { agent_username: agentUsername }),
      visitor: {
        callback_user: visitor,
        ...(draft.profile !== undefined && {
          user_nickname: draft.profile.userNickname,
          ...(draft.profile.phone !== undefined && { phone: draft.profile.phone }),
          ...(draft.profile.email !== undefined && { email: draft.profile.email }),
          ...(draft.profile.description !== undefined && { description: draft.profile.description }),
          ...(draft.profile.tags !== undefined && { tags: draft.profile.tags }),
        }),
      },
      ...cardOf(draft),
    },
    msg_id: draft.id,
    origin_type: 'rest',
    from: visitor,
    timestamp: restTimestampUnit === 'ms' ? now : String(Math.floor(now / 1000)),
  };
  return Buffer.from(JSON.stringify(body));
}

function cardOf({ piece, isWritten }: Draft): object {
  return piece.kind === 'text' && !isWritten ? (piece.card ?? {}) : {};
}

/** Only texts are certain; whatever is not one has the fields that it has over IM. */
function bodyOf({ piece, upload, isWritten }: Draft): object {
  if (piece.kind === 'text' && !isWritten) return { type: 'txt', msg: piece.text };
  if (piece.kind === 'media' && upload !== undefined && !isWritten) {
    const { type, body } = writeMedia(piece, upload);
    return { type, ...body };
  }
  if (piece.kind === 'place' && !isWritten) {
    return { type: 'loc', lat: String(piece.latitude), lng: String(piece.longitude), addr: piece.label };
  }
  return { type: 'txt', msg: describePiece(piece) };
}
