import { textOf } from '../../src/formats/fields.ts';
import { BridgeError } from '../../src/ports/errors.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import type { KfApi } from './kf-api.ts';

type NameDesk = Pick<Tools, 'cached' | 'now'> & { readonly api: Pick<KfApi, 'member'> };

const knownForMs = 86_400_000;
const unknownForMs = 3_600_000;

/** Names of members by userid; one that cannot be had (out of the visible range) is left out. */
export async function namesOf(
  desk: NameDesk,
  userids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const userid of userids) {
    const name = await nameOf(desk, userid, signal);
    if (name !== '') names.set(userid, name);
  }
  return names;
}

async function nameOf({ api, cached, now }: NameDesk, userid: string, signal: AbortSignal): Promise<string> {
  try {
    return await cached(`name:${userid}`, async () => {
      const answer = await api.member(userid, signal);
      if (answer.kind === 'said') return { value: '', goodUntil: now() + unknownForMs };
      if (answer.kind !== 'ok') throw new BridgeError('callFailed', 'there is no name');
      return { value: textOf(answer.fields, 'name') ?? '', goodUntil: now() + knownForMs };
    });
  } catch (error) {
    if (error instanceof BridgeError) return '';
    throw error;
  }
}
