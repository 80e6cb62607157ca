import { readAmrDurationMs } from '../../src/formats/amr.ts';
import { textOf } from '../../src/formats/fields.ts';
import type { KeptMedia } from '../../src/ports/channel.ts';
import type { FailedDelivery } from '../../src/ports/failed-delivery.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import type { SentMessage } from './api.ts';
import type { Desk } from './desk.ts';
import { outcomeOfHarmless } from './outcome.ts';
import { describeFailure, describeMedium, type MediaPiece, type Piece } from './pieces.ts';
import type { ZhichiSettings } from './settings.ts';

/** What is sent of a medium, without the visitor. */
export type Written = Pick<SentMessage, 'content' | 'msg_type'>;

/** `failed`: it may still be had, later. */
export type MediumReading =
  | { readonly kind: 'written'; readonly written: Written }
  | { readonly kind: 'failed'; readonly outcome: FailedDelivery };

/**
 * A medium goes as the URL where agents load it: of the bridge's own copy, as agents' browsers cannot load WeChat's, or
 * of an upload. One that cannot be had, or is too large, becomes a line of text.
 */
export async function writeMedium(
  desk: Desk,
  piece: MediaPiece,
  context: VisitorContext,
): Promise<MediumReading> {
  const kept = await desk.media(piece.media);
  if (kept === undefined || kept.bytes > desk.settings.maxFileBytes) return unfit(piece);
  if (desk.settings.mediaVia === 'ticketUpload') return upload(desk, { piece, kept, context });
  const url = await desk.mediaUrl(piece.media);
  return url === undefined
    ? unfit(piece)
    : { kind: 'written', written: await write(desk, piece, { kept, url }) };
}

/** A piece of text as it is sent. */
export function writeText(piece: Piece): Written {
  return { content: piece.kind === 'text' ? piece.text : describeFailure(piece), msg_type: 'text' };
}

/** Two uploads of a file harm nobody. Rather a line of text than a message that is given up because of its picture. */
async function upload(
  desk: Desk,
  given: { readonly piece: MediaPiece; readonly kept: KeptMedia; readonly context: VisitorContext },
): Promise<MediumReading> {
  const { piece, kept, context } = given;
  const file = { name: piece.media.name ?? kept.name, type: kept.type, bytes: await kept.read() };
  const answer = await desk.api.uploadFile(file, context.signal);
  if (answer.kind === 'ok') {
    const url = textOf(answer.item, 'file_url');
    return url === undefined
      ? unfit(piece)
      : { kind: 'written', written: await write(desk, piece, { kept, url }) };
  }
  const outcome = outcomeOfHarmless(answer, context);
  const isItsOwn = outcome.outcome === 'later' && outcome.because === 'message';
  if (outcome.outcome === 'refused' || (isItsOwn && context.number >= mostTries)) return unfit(piece);
  return { kind: 'failed', outcome: isItsOwn ? { ...outcome, atMost: mostTries + 1 } : outcome };
}

const mostTries = 3;

async function write(
  { settings }: Desk,
  piece: MediaPiece,
  { kept, url }: { readonly kept: KeptMedia; readonly url: string },
): Promise<Written> {
  const type = typeOf(piece, kept, settings);
  if (type !== 'text') return { content: url, msg_type: type };
  const durationMs = piece.durationMs ?? (await measure(piece, kept));
  const known = durationMs === undefined ? piece : { ...piece, durationMs };
  return { content: describeMedium(known, url), msg_type: 'text' };
}

/** Zhichi takes pictures, MP3 and WAV, and in its newest release videos. */
function typeOf({ as }: MediaPiece, { type }: KeptMedia, settings: ZhichiSettings): SentMessage['msg_type'] {
  switch (as) {
    case 'image':
      return 'image';
    case 'voice':
      return settings.voice === 'convert' && playable.has(type) ? 'voice' : 'text';
    case 'video':
      return settings.sendVideo ? 'video' : 'text';
    case 'file':
      return 'text';
    default:
      return as satisfies never;
  }
}

const playable: ReadonlySet<string> = new Set(['audio/mpeg', 'audio/wav', 'audio/vnd.wave', 'audio/x-wav']);

async function measure({ as }: MediaPiece, kept: KeptMedia): Promise<number | undefined> {
  return as === 'voice' ? readAmrDurationMs(await kept.read()) : undefined;
}

function unfit(piece: MediaPiece): MediumReading {
  return { kind: 'written', written: writeText(piece) };
}
