import { expect } from 'vitest';
import { readEntry } from '../../../adapters/meiqia/entry.ts';
import { meiqiaSettings } from '../../../adapters/meiqia/settings.ts';
import { eventsOfEntry } from '../../../adapters/meiqia/translate.ts';
import { readFields } from '../../../src/formats/fields.ts';
import type { VendorEvent } from '../../../src/ports/helpdesk.ts';
import { NOW } from './desk.ts';

const settings = meiqiaSettings.parse({ appKey: 'k', secretKey: 's' });

/** What an entry of the stream comes to. */
export function read(fields: object, change: object = {}): readonly VendorEvent[] {
  const entry = {
    id: 7,
    conversation_id: 9,
    from_type: 'agent',
    created_on: '2026-01-05T08:30:12.120394',
    ...fields,
  };
  const parsed = readFields(JSON.stringify(entry));
  if (parsed === undefined) throw new Error('expected an object');
  return eventsOfEntry(readEntry(parsed), { settings: { ...settings, ...change }, now: NOW });
}

export const partsOf = (fields: object, change?: object) =>
  read(fields, change).flatMap((event) => (event.kind === 'message' ? event.parts : []));
export const menusOf = (fields: object) =>
  read(fields).flatMap((event) =>
    event.kind === 'menuAsked' ? [[event.text, ...event.options.map(({ label }) => label)]] : [],
  );
export const media = (url: string) => ({ id: expect.stringMatching(/^x_/), from: { url } });
