import { textOf } from '../../../src/formats/fields.ts';
import type {
  FetchMedium,
  KeptMedia,
  MediaFetch,
  SendAttempt,
  SendOutcome,
} from '../../../src/ports/channel.ts';
import { codes, isSaid, outcomeOf } from '../outcome.ts';
import type { MediaKind } from '../pieces.ts';
import { uploadKept } from '../upload.ts';
import type { ChannelDesk } from './desk.ts';
import type { Piece } from './pieces.ts';

/** Fetches a visitor's medium by its id (WeCom, fetching temporary media: three days, and JSON in place of what is gone). */
export function createMediaFetch({ api }: ChannelDesk): FetchMedium {
  return async ({ channelId }, into, signal): Promise<MediaFetch> => {
    if (channelId === undefined) return { kind: 'gone', code: 'no address' };
    const answer = await api.download(channelId, into, signal);
    if (answer.kind === 'ok') {
      const name = textOf(answer.fields, 'name');
      const type = textOf(answer.fields, 'type') ?? 'application/octet-stream';
      return { kind: 'taken', type, ...(name !== undefined && { name }) };
    }
    if (answer.kind === 'lost' && answer.code === 'tooLarge') return { kind: 'gone', code: answer.code };
    const outcome = outcomeOf(answer, 1);
    if (outcome.outcome === 'refused') return { kind: 'gone', code: outcome.code };
    const afterMs = outcome.outcome === 'later' ? outcome.afterMs : undefined;
    const isAccounts =
      answer.kind === 'tokenless' || (outcome.outcome === 'later' && outcome.alarm !== undefined);
    return {
      kind: 'later',
      code: outcome.code,
      ...(afterMs !== undefined && { afterMs }),
      ...(isAccounts && { because: 'account' }),
    };
  };
}

/** `id`: it can be sent now, as that. `uploaded`: this step has made its call. `unfit`: WeCom does not take it. */
export type Obtained =
  | { readonly kind: 'id'; readonly as: MediaKind; readonly id: string; readonly digest: string }
  | { readonly kind: 'uploaded' }
  | { readonly kind: 'unfit' }
  | { readonly kind: 'outcome'; readonly outcome: SendOutcome };

/** WeCom knows an id for three days. */
const goodForMs = 2.5 * 86_400_000;

/** The id of a reply's medium: the one that is known for its content, or an upload. */
export async function obtainMedium(
  desk: ChannelDesk,
  { as, media }: Extract<Piece, { kind: 'media' }>,
  attempt: SendAttempt,
): Promise<Obtained> {
  const kept = await attempt.media(media);
  if (kept === undefined) return { kind: 'unfit' };
  const { mediaIds } = desk.tools;
  // What does not fit as what it is goes as a file.
  for (const use of [as, 'file'] as const) {
    const id = await mediaIds.find({ use, digest: kept.md5 });
    if (id !== undefined) return { kind: 'id', as: use, id, digest: kept.md5 };
  }
  const fit = await bringIntoForm(desk, as, kept);
  const result = await uploadKept(desk.api, { as, kept: fit, name: media.name }, attempt);
  switch (result.kind) {
    case 'uploaded':
      await mediaIds.keep(
        { use: result.as, digest: kept.md5 },
        { id: result.mediaId, goodUntil: desk.tools.now() + goodForMs },
      );
      return { kind: 'uploaded' };
    case 'unfit':
      return result;
    case 'failed':
      return { kind: 'outcome', outcome: laterOf(desk, result.outcome) };
    default:
      return result satisfies never;
  }
}

function laterOf(
  { tools }: ChannelDesk,
  { alarm, ...outcome }: Extract<Awaited<ReturnType<typeof uploadKept>>, { kind: 'failed' }>['outcome'],
): SendOutcome {
  if (alarm !== undefined) tools.log.error('alarm.raised', { alarm });
  return outcome.outcome === 'later' ? { ...outcome, because: 'vendor' } : outcome;
}

/** A picture as JPEG or PNG, as WeCom takes no other; whatever cannot be made one stays as it is. */
async function bringIntoForm({ tools }: ChannelDesk, as: MediaKind, kept: KeptMedia): Promise<KeptMedia> {
  if (as !== 'image' || !kept.type.startsWith('image/') || pictureForm.types.includes(kept.type)) return kept;
  const made = await tools.convertPicture(await kept.read(), pictureForm);
  if (made === undefined) return kept;
  const { type, bytes } = made;
  return {
    ...kept,
    name: `${kept.name.replace(/\.\w+$/, '')}.${type.slice('image/'.length)}`,
    type,
    bytes: bytes.length,
    read: async () => bytes,
  };
}

const pictureForm = { types: ['image/jpeg', 'image/png'], maxBytes: 10_485_760 };

/** WeCom no longer knows the id. */
export function isMediumGone(failure: Parameters<typeof isSaid>[0]): boolean {
  return isSaid(failure, codes.mediaGone);
}
