import { type Fields, textOf } from '../../src/formats/text-fields.ts';
import type { CallbackReading } from '../../src/ports/helpdesk.ts';
import type { RawAnswer, RawRequest } from '../../src/ports/request.ts';
import { noteWords } from './app-memory.ts';
import { createEnvelopeReader } from './envelope.ts';
import type { WecomKfSettings } from './settings.ts';
import { readWords } from './words.ts';

/** WeCom repeats what is not answered by 200, three times in all. */
export const busy: RawAnswer = { status: 503, body: '' };

/** Proves and reads callbacks, of the kf chat and of the application alike: both come to one address. */
export function createCallbackReader(
  settings: WecomKfSettings,
): (request: RawRequest, now: number) => CallbackReading {
  const readEnvelope = createEnvelopeReader(settings);
  return (request, now) => {
    const reading = readEnvelope(request, now);
    switch (reading.kind) {
      case 'refused':
        return {
          kind: 'refused',
          reason: reading.step,
          answer: { status: reading.status, body: '' },
        };
      case 'challenge':
        return { kind: 'challenge', answer: { status: 200, type: 'text/plain', body: reading.echo } };
      case 'unreadable':
        return { kind: 'unreadable', reason: reading.reason, answer: done };
      case 'message':
        return readMessage(settings, reading.fields, now);
      default:
        return reading satisfies never;
    }
  };
}

/** Any text that is short and no fault; an empty one is as good. */
const done: RawAnswer = { status: 200, type: 'text/plain', body: 'success' };

function readMessage(settings: WecomKfSettings, fields: Fields, now: number): CallbackReading {
  const event = textOf(fields, 'MsgType') === 'event' ? textOf(fields, 'Event') : undefined;
  if (event === 'kf_msg_or_event') return readBell(settings, fields);
  return settings.mode === 'app' ? readAgent(fields, now) : nothing;
}

const nothing: CallbackReading = { kind: 'events', answer: done, events: [] };

/** The notification holds no message: only where one is, and a token that lets it be fetched without much delay. */
function readBell({ mode, openKfid }: WecomKfSettings, fields: Fields): CallbackReading {
  const rung = textOf(fields, 'OpenKfId') ?? openKfid;
  if (mode !== 'handoff' || rung === undefined || rung !== openKfid) return nothing;
  const note = textOf(fields, 'Token');
  return { kind: 'bell', answer: done, topic: rung, ...(note !== undefined && { note }) };
}

/** Whose an agent's words are is known to the memory: they are put there, and looked at at once. */
function readAgent(fields: Fields, now: number): CallbackReading {
  const words = readWords(fields, now);
  if (words === undefined) return nothing;
  return { kind: 'events', answer: done, events: [noteWords(words)], wakes: [{ name: 'inbox', afterMs: 1 }] };
}
