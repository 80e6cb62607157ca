import { isSameText } from '../../src/formats/same-text.ts';
import type { CallbackReading } from '../../src/ports/helpdesk.ts';
import type { RawAnswer, RawRequest } from '../../src/ports/request.ts';
import { readImRequest } from './callback-im.ts';
import { readRestRequest } from './callback-rest.ts';
import { refused } from './refused.ts';
import type { EasemobSettings } from './settings.ts';

/** Anything but 200 is a failure: over IM there is one more try, at once, and no other. */
export const busy: RawAnswer = { status: 503, body: '' };

/** Proves and reads a callback of the mode that is set. Pure. */
export function createCallbackReader(
  settings: EasemobSettings,
): (request: RawRequest, now: number) => CallbackReading {
  const read = settings.mode === 'im' ? readImRequest : readRestRequest;
  return (request, now) => {
    if (request.method !== 'POST') return refused('method', 400);
    const { urlToken } = settings;
    if (urlToken !== undefined && !isSameText(request.part ?? '', urlToken)) return refused('address');
    return read(request, now, settings);
  };
}
