import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import type { Desk } from './desk.ts';
import { type Envelope, type ImMessage, writeEnvelope } from './envelope.ts';
import { visitorIdOf } from './names.ts';
import { describePiece, type Piece } from './pieces.ts';
import type { Profile } from './profile.ts';
import { type Upload, writeMedia } from './upload.ts';
import { wishesOf } from './wishes.ts';

/** One piece of a message, and what is known of it by now. */
export interface Draft {
  readonly piece: Piece;
  readonly id: string;
  readonly upload?: Upload;
  /** It goes as a line of text. */
  readonly isWritten?: true;
  /** Agents have to be told of the visitor. */
  readonly profile?: Profile;
}

/** A message in the visitor's name over IM; `undefined` where it is longer than Easemob takes. */
export function writeImMessage(desk: Desk, draft: Draft, context: VisitorContext): Envelope | undefined {
  const { settings } = desk;
  const isShared = settings.identity === 'shared';
  const { conversation, routing } = context;
  const message: ImMessage = {
    from: isShared ? (settings.sharedUser ?? '') : visitorIdOf(settings, conversation),
    id: draft.id,
    ...contentOf(draft),
    ...(draft.profile !== undefined && { profile: draft.profile }),
    ...(isShared && {
      fan: {
        source: 'weixin',
        openid: conversation.visitor,
        mp: settings.mpId ?? conversation.appid,
        msgId: context.key,
        userNickname: draft.profile?.userNickname ?? '',
      },
    }),
  };
  return writeEnvelope(message, { ...settings, ...wishesOf(settings, routing) });
}

type Content = Pick<ImMessage, 'type' | 'body' | 'card' | 'control'>;

function contentOf({ piece, upload, isWritten }: Draft): Content {
  const asText = (msg: string): Content => ({ type: 'txt', body: { msg } });
  if (isWritten) return asText(describePiece(piece));
  switch (piece.kind) {
    case 'text':
      return { ...asText(piece.text), ...(piece.card !== undefined && { card: piece.card }) };
    case 'media':
      return upload === undefined ? asText(describePiece(piece)) : writeMedia(piece, upload);
    case 'place': {
      const { latitude, longitude, label } = piece;
      return { type: 'loc', body: { lat: String(latitude), lng: String(longitude), addr: label } };
    }
    case 'command':
      return {
        type: 'cmd',
        body: { action: piece.action },
        ...(piece.args !== undefined && { control: { ctrlArgs: piece.args } }),
      };
    case 'control':
      return { ...asText(''), control: { ctrlType: piece.type, ctrlArgs: piece.args } };
    default:
      return piece satisfies never;
  }
}
