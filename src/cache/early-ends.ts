import { createHash } from 'node:crypto';
import type { EarlyEnd } from '../ports/helpdesk.ts';
import type { Ending, SharedValues } from './shared-values.ts';

/** What all instances know of the values of one name that had to be dropped before their time. */
interface EarlyEnds extends Ending {
  /** When, within the last day. */
  readonly at: readonly number[];
  /** The last of them by its digest: one that is given again, and dropped again, counts once. */
  readonly last: string;
  /** These are a fight, and somebody was told. */
  readonly isTold: boolean;
}

const dayMs = 86_400_000;
/** So many in a day are a fight: another system ends them. */
const fight = 3;
/** More of them say nothing new. */
const most = 100;

/** Counts one more, for all instances. To be called by one at a time. */
export async function countEarlyEnd(
  values: SharedValues,
  { key, value, now }: { readonly key: string; readonly value: string; readonly now: number },
): Promise<EarlyEnd> {
  const place = `early:${key}`;
  const known = await values.read<EarlyEnds>(place);
  const recent = (known?.at ?? []).filter((time) => time > now - dayMs && time <= now);
  const last = createHash('sha256').update(value).digest('base64url');
  const at = last === known?.last && recent.length > 0 ? recent : [...recent, now].slice(-most);
  const wasTold = recent.length > 0 && known?.isTold === true;
  const isFight = !wasTold && at.length >= fight;
  const ends: EarlyEnds = { at, last, isTold: wasTold || isFight, goodUntil: now + dayMs };
  await values.write(place, ends);
  return { times: at.length, isFight };
}
