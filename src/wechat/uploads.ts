import { createHash } from 'node:crypto';
import type { Media } from '../model/message.ts';
import type { SendAttempt, SendOutcome } from '../ports/channel.ts';
import type { MediaIdKey } from '../ports/media.ts';
import type { WeChatClient } from './client.ts';
import { outcomeOf } from './outcome.ts';
import type { WeChatSettings } from './settings.ts';
import type { ChannelTools } from './tools.ts';

/** What an upload needs. */
export interface UploadDesk {
  readonly settings: WeChatSettings;
  readonly client: WeChatClient;
  readonly tools: ChannelTools;
  readonly attempt: SendAttempt;
}

/** What media are uploaded for. `card` and `thumb` are the pictures of mini-program cards and of videos. */
export type UploadUse = 'image' | 'voice' | 'video' | 'thumb' | 'card';

/** WeChat's id of a medium, and what it is the id of. */
export interface Uploaded {
  readonly key: MediaIdKey;
  readonly id: string;
}

/**
 * `uploaded`: the id can be had now, and this step has made its call. `impossible`: there is no such medium in a form
 * that WeChat takes. `refused`: WeChat took it for none.
 */
export type Obtained =
  | { readonly kind: 'id'; readonly upload: Uploaded }
  | { readonly kind: 'uploaded' }
  | { readonly kind: 'impossible' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'outcome'; readonly outcome: SendOutcome };

/** The id of a message's medium: the one that is known for its content, or an upload. */
export async function obtainMedium(desk: UploadDesk, media: Media, use: UploadUse): Promise<Obtained> {
  const kept = await desk.attempt.media(media);
  if (kept === undefined || kept.bytes === 0) return impossible;
  return obtain(desk, { use, digest: kept.md5 }, async () => {
    const form = formOf(use, desk.settings);
    // What cannot be brought into the form is not even read.
    if (!isPicture(kept.type) && !fits(kept, form)) return undefined;
    return bringIntoForm(desk, { type: kept.type, bytes: await kept.read() }, form);
  });
}

/** The id of the picture that stands where a message brings none. */
export async function obtainDefaultThumb(desk: UploadDesk, use: 'thumb' | 'card'): Promise<Obtained> {
  const url = desk.settings.defaultThumb;
  if (url === undefined) return impossible;
  const digest = createHash('sha256').update(`url\n${url}`).digest('hex');
  return obtain(desk, { use, digest }, async () => {
    const result = await desk.tools.fetch({
      method: 'GET',
      url,
      name: 'default thumb',
      maxBytes: thumbSourceMaxBytes,
      signal: desk.attempt.signal,
    });
    if (result.kind !== 'answer' || result.status !== 200) return undefined;
    const said = result.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    // The operator says that it is a picture; many servers do not.
    const file = { type: isPicture(said) ? said : 'image/*', bytes: result.body };
    return bringIntoForm(desk, file, formOf(use, desk.settings));
  });
}

interface File {
  readonly type: string;
  readonly bytes: Buffer;
}

/** What WeChat takes for a use (WeChat, page on temporary media). */
interface UploadForm {
  readonly upload: 'image' | 'voice' | 'video' | 'thumb';
  readonly types: readonly string[];
  readonly maxBytes: number;
  readonly width?: number;
  readonly height?: number;
}

const thumbSourceMaxBytes = 10_485_760;

function formOf(use: UploadUse, { imageMaxBytes }: WeChatSettings): UploadForm {
  switch (use) {
    case 'image':
      return { upload: 'image', types: ['image/png', 'image/jpeg', 'image/gif'], maxBytes: imageMaxBytes };
    case 'card':
      return {
        upload: 'image',
        types: ['image/jpeg', 'image/png'],
        maxBytes: imageMaxBytes,
        width: 520,
        height: 416,
      };
    case 'thumb':
      return { upload: 'thumb', types: ['image/jpeg'], maxBytes: 65_536 };
    case 'voice':
      return { upload: 'voice', types: ['audio/amr', 'audio/mpeg'], maxBytes: 2_097_152 };
    case 'video':
      return { upload: 'video', types: ['video/mp4'], maxBytes: 10_485_760 };
    default:
      return use satisfies never;
  }
}

const impossible: Obtained = { kind: 'impossible' };
/** WeChat knows an id for three days. */
const goodForMs = 2.5 * 86_400_000;

async function obtain(
  { client, tools, attempt, settings }: UploadDesk,
  key: MediaIdKey & { readonly use: UploadUse },
  load: () => Promise<File | undefined>,
): Promise<Obtained> {
  const known = await tools.mediaIds.find(key);
  if (known !== undefined) return { kind: 'id', upload: { key, id: known } };
  attempt.permit?.giveBack();
  const file = await load();
  if (file === undefined || file.bytes.length === 0) return impossible;
  const answer = await client.uploadMedia(formOf(key.use, settings).upload, file, attempt.signal);
  if (answer.kind === 'ok') {
    await tools.mediaIds.keep(key, { id: answer.value, goodUntil: tools.now() + goodForMs });
    return { kind: 'uploaded' };
  }
  // A repeated upload harms nobody, so nothing about it is unknown.
  if (answer.kind === 'lost') {
    return { kind: 'outcome', outcome: { outcome: 'later', code: answer.code, because: 'vendor' } };
  }
  const outcome = outcomeOf(answer, tools.now());
  return outcome.outcome === 'refused' && outcome.alarm === undefined
    ? { kind: 'refused' }
    : { kind: 'outcome', outcome };
}

/** The file as it is, or as the picture it can be made; `undefined` where WeChat would not take it. */
async function bringIntoForm({ tools }: UploadDesk, file: File, form: UploadForm): Promise<File | undefined> {
  const asItIs = fits({ type: file.type, bytes: file.bytes.length }, form) ? file : undefined;
  if (!isPicture(file.type) || (asItIs && form.width === undefined)) return asItIs;
  const { upload: _, ...wanted } = form;
  return (await tools.convertPicture(file.bytes, wanted)) ?? asItIs;
}

function isPicture(type: string): boolean {
  return type.startsWith('image/');
}

function fits({ type, bytes }: { readonly type: string; readonly bytes: number }, form: UploadForm): boolean {
  return form.types.includes(type) && bytes <= form.maxBytes;
}
