import { isIP } from 'node:net';
import { z } from 'zod';
import { fieldsOf, textOf } from '../../src/formats/fields.ts';
import type { KeptMedia } from '../../src/ports/channel.ts';
import type { Attempt, Tools } from '../../src/ports/helpdesk.ts';
import type { Answer, MeiqiaApi, VideoTarget } from './api.ts';
import type { Enterprise } from './enterprise.ts';
import { type Failure, isStale, refusesMedium } from './outcome.ts';
import type { MediaKind, Piece } from './pieces.ts';
import type { MeiqiaSettings } from './settings.ts';
import type { VisitorRecord } from './wire.ts';

/** A medium that lies at Meiqia. */
export const uploadShape = z.object({
  key: z.string(),
  /** Videos only. */
  video: z.object({ thumbUrl: z.string(), filename: z.string(), size: z.number() }).optional(),
});

export type Upload = z.output<typeof uploadShape>;

/** `unfit`: agents get a line of text with a link instead. */
export type UploadResult =
  | { readonly kind: 'uploaded'; readonly upload: Upload }
  | { readonly kind: 'unfit' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** What an upload needs. */
export interface Uploader extends Pick<Tools, 'media'> {
  readonly api: MeiqiaApi;
  readonly settings: MeiqiaSettings;
}

type MediaPiece = Extract<Piece, { kind: 'media' }>;

/** Uploads the bridge's copy of a picture, a recording or a video. A repeat harms nobody. */
export async function uploadMedia(
  desk: Uploader,
  { media, as }: MediaPiece,
  given: { readonly record: VisitorRecord; readonly enterprise: Enterprise; readonly attempt: Attempt },
): Promise<UploadResult> {
  const kept = await desk.media(media);
  if (kept === undefined || !isWanted(kept, as, { ...desk, ...given })) return unfit;
  const { record, attempt } = given;
  if (as === 'video') return uploadVideo(desk, kept, given);
  const type = as === 'voice' ? 'audio/amr' : kept.type;
  const name = as === 'voice' ? 'file.amr' : `file.${type.slice('image/'.length)}`;
  const answer = await desk.api.upload(record, { name, type, bytes: await kept.read() }, attempt.signal);
  const key =
    answer.kind === 'ok' ? textOf(answer.fields, as === 'voice' ? 'audio_key' : 'photo_key') : undefined;
  return key === undefined ? readFailure(answer) : { kind: 'uploaded', upload: { key } };
}

const unfit: UploadResult = { kind: 'unfit' };

function isWanted(
  kept: KeptMedia,
  as: MediaKind,
  { settings, enterprise }: { readonly settings: MeiqiaSettings; readonly enterprise: Enterprise },
): boolean {
  if (kept.bytes > settings.maxUploadBytes) return false;
  switch (as) {
    case 'image':
      return enterprise.takesPhotos && settings.imageTypes.includes(kept.type);
    case 'voice':
      return /^audio\/amr\b/.test(kept.type);
    case 'video':
      return enterprise.takesVideos && kept.type === 'video/mp4';
    default:
      return as satisfies never;
  }
}

/** An object store takes the video, by a policy that Meiqia gives (Meiqia SDK, `upload/oss/policies`). */
async function uploadVideo(
  { api }: Uploader,
  kept: KeptMedia,
  { record, attempt }: { readonly record: VisitorRecord; readonly attempt: Attempt },
): Promise<UploadResult> {
  const filename = 'v.mp4';
  const policy = await api.videoPolicy(record, filename, attempt.signal);
  if (policy.kind !== 'ok') return readFailure(policy);
  const target = targetIn(policy);
  const fileUrl = textOf(policy.fields, 'file_url');
  const key = target?.fields.find(([name]) => name === 'key')?.[1];
  if (target === undefined || key === undefined || fileUrl === undefined) return unfit;
  const bytes = await kept.read();
  const put = await api.putVideo(target, { name: filename, type: kept.type, bytes }, attempt.signal);
  if (put.kind !== 'ok') return readFailure(put);
  const thumbUrl = `${fileUrl}?x-oss-process=video/snapshot,t_0,f_jpg,w_0,h_0,ar_auto`;
  return { kind: 'uploaded', upload: { key, video: { thumbUrl, filename, size: bytes.length } } };
}

/** Where the policy leads, if the bridge goes there: https, or within addresses that the operator may have allowed. */
function targetIn({ fields }: Extract<Answer, { kind: 'ok' }>): VideoTarget | undefined {
  const policy = fieldsOf(fields, 'policy') ?? {};
  const url = textOf(policy, 'url');
  const parsed = url === undefined ? null : URL.parse(url);
  if (url === undefined || parsed === null) return undefined;
  const isPlain = parsed.protocol === 'http:' && isPrivate(parsed.hostname);
  if (parsed.protocol !== 'https:' && !isPlain) return undefined;
  const plain = Object.entries(fieldsOf(policy, 'fields') ?? {});
  return {
    url,
    fields: plain.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
  };
}

/** Addresses, not names, of a network of one's own: whether they may be reached is the road's to say. */
function isPrivate(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  return (
    isIP(address) !== 0 && /^(?:127|10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.|^(?:::1$|f[cd])/.test(address)
  );
}

function readFailure(answer: Answer): UploadResult {
  if (answer.kind === 'ok' || (refusesMedium(answer) && !isStale(answer))) return unfit;
  // The bridge does not go where the policy leads.
  if (answer.kind === 'notSent' && answer.code === 'internal_address') return unfit;
  return { kind: 'failed', failure: answer };
}
