import { shortenTitle } from '../formats/break-text.ts';
import { addressOf } from '../formats/describe-part.ts';
import { mediumOf } from '../model/medium.ts';
import type { Part } from '../model/message.ts';
import { type Content, writeLink, writeMenu, writePage } from './encode.ts';
import { type Form, pictureOf, titleMaxLength } from './forms.ts';
import {
  type Obtained,
  obtainDefaultThumb,
  obtainMedium,
  type UploadDesk,
  type Uploaded,
} from './uploads.ts';

/** A part ready to be sent in a form, with the ids of media that it names; or why it is not. */
export type Prepared =
  | { readonly kind: 'ready'; readonly content: Content; readonly uploads: readonly Uploaded[] }
  | Exclude<Obtained, { kind: 'id' }>;

/** Brings a part into a form: at most one call, an upload, is made. */
export function prepareContent(
  desk: UploadDesk,
  part: Part,
  form: Exclude<Form, 'text'>,
): Prepared | Promise<Prepared> {
  switch (form) {
    case 'image':
    case 'voice':
      return prepareMedium(desk, part, form);
    case 'video':
      return prepareVideo(desk, part);
    case 'link':
      return prepareLink(desk, part);
    case 'page':
      return preparePage(desk, part);
    case 'menu':
      return part.kind === 'menu' ? { kind: 'ready', content: writeMenu(part), uploads: [] } : impossible;
    default:
      return form satisfies never;
  }
}

const impossible: Prepared = { kind: 'impossible' };

async function prepareMedium(desk: UploadDesk, part: Part, form: 'image' | 'voice'): Promise<Prepared> {
  const media = mediumOf(part);
  if (media === undefined) return impossible;
  const medium = await obtainMedium(desk, media, form);
  if (medium.kind !== 'id') return medium;
  const object = { media_id: medium.upload.id };
  const content: Content =
    form === 'image' ? { msgtype: 'image', image: object } : { msgtype: 'voice', voice: object };
  return { kind: 'ready', content, uploads: [medium.upload] };
}

async function prepareVideo(desk: UploadDesk, part: Part): Promise<Prepared> {
  const media = mediumOf(part);
  if (media === undefined) return impossible;
  // The small one first: without it the video need not be uploaded.
  const thumb = await obtainDefaultThumb(desk, 'thumb');
  if (thumb.kind !== 'id') return thumb;
  const video = await obtainMedium(desk, media, 'video');
  if (video.kind !== 'id') return video;
  const content: Content = {
    msgtype: 'video',
    video: {
      media_id: video.upload.id,
      thumb_media_id: thumb.upload.id,
      title: shortenTitle(media.name ?? '', titleMaxLength),
      description: '',
    },
  };
  return { kind: 'ready', content, uploads: [video.upload, thumb.upload] };
}

async function prepareLink({ attempt, settings }: UploadDesk, part: Part): Promise<Prepared> {
  const media = mediumOf(part);
  const url =
    part.kind === 'link' ? part.url : media && ((await attempt.mediaUrl(media)) ?? addressOf(media));
  if (url === undefined) return impossible;
  const picture = pictureOf(part) ?? settings.defaultThumb;
  const content = writeLink(part, { url, kind: settings.kind, ...(picture !== undefined && { picture }) });
  return content === undefined ? impossible : { kind: 'ready', content, uploads: [] };
}

async function preparePage(desk: UploadDesk, part: Part): Promise<Prepared> {
  if (part.kind !== 'miniProgramPage') return impossible;
  const own = part.picture && (await obtainMedium(desk, part.picture, 'card'));
  const hasOwn = own !== undefined && own.kind !== 'impossible' && own.kind !== 'refused';
  const thumb = hasOwn ? own : await obtainDefaultThumb(desk, 'card');
  if (thumb.kind !== 'id') return thumb;
  const content = writePage(part, { appid: part.appid ?? desk.settings.appid, thumb: thumb.upload.id });
  return { kind: 'ready', content, uploads: [thumb.upload] };
}
