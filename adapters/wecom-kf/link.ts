import { textOf } from '../../src/formats/fields.ts';
import type { Desk } from './desk.ts';
import { type Failure, NoValue } from './outcome.ts';
import { accountOfRef } from './ref.ts';

export type LinkReading =
  | { readonly kind: 'link'; readonly url: string }
  | { readonly kind: 'failed'; readonly failure: Failure };

/**
 * The link to the kf chat that carries a reference. It is one for all but for that (WeCom, `kf/add_contact_way`), and
 * nothing else of it may be changed: then nobody would be told that somebody came by it.
 */
export async function linkFor(
  desk: Pick<Desk, 'settings' | 'api' | 'cached' | 'now'>,
  { ref, openKfid }: { readonly ref: string; readonly openKfid: string },
): Promise<LinkReading> {
  const { settings, api, cached, now } = desk;
  const { handoff } = settings;
  try {
    const url = await cached(`link:${openKfid}:${handoff.scene}`, async () => {
      const answer = await api.addContactWay(openKfid, handoff.scene);
      if (answer.kind !== 'ok') throw new NoValue(answer);
      const value = textOf(answer.fields, 'url');
      if (value === undefined) throw new NoValue({ kind: 'lost', code: 'no link' });
      return { value, goodUntil: now() + goodForMs };
    });
    return {
      kind: 'link',
      url: `${url}${url.includes('?') ? '&' : '?'}scene_param=${encodeURIComponent(ref)}`,
    };
  } catch (error) {
    if (error instanceof NoValue) return { kind: 'failed', failure: error.because };
    throw error;
  }
}

/** What the page of the mini-program needs for `wx.openCustomerServiceChat`; `undefined` for a reference that is not good. */
export async function findHandoff(desk: Desk, ref: string) {
  const openKfid = accountOfRef(desk.settings, ref, desk.now());
  if (openKfid === undefined) return undefined;
  const found = await linkFor(desk, { ref, openKfid });
  if (found.kind === 'failed') return undefined;
  const { url } = found;
  return { url, page: { corpId: desk.settings.corpid, url } };
}

const goodForMs = 30 * 86_400_000;
