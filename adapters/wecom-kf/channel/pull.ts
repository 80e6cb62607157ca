import { z } from 'zod';
import { listOf } from '../../../src/formats/fields.ts';
import type { ActPage, Puller } from '../../../src/ports/channel.ts';
import { namesOf } from '../names.ts';
import { later, passOn, readCursor, stillPauseMs, syncFrom } from '../sync.ts';
import type { ChannelDesk } from './desk.ts';
import { actsOf, servicersIn } from './read-entry.ts';

/** The chat of all customers of the account: what is new since the cursor, or all that WeCom keeps (three days). */
export function createPuller(desk: ChannelDesk): Puller {
  return { topic: desk.settings.openKfid, pull: (from, signal) => pullPage(desk, from, signal) };
}

async function pullPage(
  { settings, api, tools }: ChannelDesk,
  { cursor, note }: Parameters<Puller['pull']>[0],
  signal: AbortSignal,
): Promise<ActPage> {
  const place = readPlace(cursor, tools.now() - settings.actMaxAgeSec * 1000);
  const at = readCursor(place.sync);
  const from = { topic: settings.openKfid, at: at.at, ...(note !== undefined && { note }) };
  const answer = await syncFrom({ api }, from, signal);
  if (answer.kind !== 'ok') {
    const failed = later(answer, at);
    return { ...failed, cursor: JSON.stringify({ since: place.since, sync: failed.cursor } satisfies Place) };
  }
  const entries = listOf(answer.fields, 'msg_list');
  const { cached, now } = tools;
  const names = await namesOf({ api, cached, now }, servicersIn(entries), signal);
  const acts = entries.flatMap((entry) => actsOf(entry, { settings, since: place.since, names }));
  const next = passOn(at, answer.fields);
  return {
    outcome: 'page',
    cursor: JSON.stringify({ since: place.since, sync: next.cursor } satisfies Place),
    more: next.more,
    acts,
    againAfterMs: next.isStuck ? stillPauseMs : settings.pollSec * 1000,
    ...(acts.some(isBlocked) && { alarm: blockedAlarm }),
  };
}

/** `since`: what is older was there before the account was read for the first time. */
const placeShape = z.object({ since: z.number(), sync: z.string().nullable() });

type Place = z.output<typeof placeShape>;

function readPlace(cursor: string | null, since: number): Place {
  return cursor === null ? { since, sync: null } : placeShape.parse(JSON.parse(cursor)); // as it was written above
}

const blockedAlarm = 'a servicer has blocked a visitor: nothing reaches him in the kf chat';

function isBlocked({ reading }: Extract<ActPage, { outcome: 'page' }>['acts'][number]): boolean {
  return (
    reading.kind === 'visitor' &&
    reading.parts.some((part) => part.kind === 'event' && part.name === 'visitor-blocked')
  );
}
