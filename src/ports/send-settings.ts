import { z } from 'zod';
import type { SendRules } from './channel.ts';
import { wholeNumber } from './setting-forms.ts';

/** How replies are sent, by whatever channel: settings that each of them has. */
export const sendShape = {
  retryMaxAgeSec: wholeNumber(1, 2_592_000).default(172_800).meta({
    description: 'seconds after which a reply is no longer tried again',
  }),
  holdTtlSec: wholeNumber(1, 2_592_000).default(172_800).meta({
    description: 'seconds for which a reply waits until the visitor writes again',
  }),
  joinWaitMs: z.array(wholeNumber(0, 60_000)).min(1).default([11_000, 8000, 4000, 0]).meta({
    description:
      'milliseconds that a text of an agent waits for another, to be sent together: with 1, 2, 3 and more sends left',
  }),
  joinWaitMaxMs: wholeNumber(0, 300_000).default(30_000).meta({
    description: 'milliseconds that such a text waits at most',
  }),
  reserveForHuman: wholeNumber(0, 20).default(2).meta({
    description: 'sends of a grant that are kept for people: automatic texts yield',
  }),
};

/** A number of sends, and for how many seconds they are granted. */
export function grant() {
  return z.tuple([wholeNumber(0, 100), wholeNumber(1, 604_800)]);
}

const sendSettings = z.object(sendShape);

/** The rules that the settings are. */
export function rulesOf(
  settings: z.output<typeof sendSettings> & { readonly textMaxBytes: number },
): SendRules {
  const { joinWaitMs, joinWaitMaxMs, reserveForHuman, textMaxBytes, holdTtlSec } = settings;
  return { joinWaitMs, joinWaitMaxMs, reserveForHuman, textMaxBytes, holdTtlMs: holdTtlSec * 1000 };
}
