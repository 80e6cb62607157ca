import { type Fields, textOf } from '../../src/formats/text-fields.ts';
import type { CallbackReading } from '../../src/ports/helpdesk.ts';
import type { RawAnswer, RawRequest } from '../../src/ports/request.ts';
import { accountsOf } from './accounts.ts';
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
  if (event === 'kf_account_auth_change') return readAccountChange(settings, fields);
  return settings.mode === 'app' ? readAgent(settings, fields, now) : nothing;
}

const nothing = { kind: 'events', answer: done, events: [] } as const satisfies CallbackReading;

/** The notification holds no message: only where one is, and a token that lets it be fetched without much delay. */
function readBell(settings: WecomKfSettings, fields: Fields): CallbackReading {
  const accounts = accountsOf(settings);
  const rung = textOf(fields, 'OpenKfId');
  // Very old ones do not say where: then it is anywhere.
  if (rung === undefined && accounts.length > 1) return lookEverywhere;
  const topic = accounts.find((account) => account === (rung ?? account));
  if (topic === undefined) return nothing;
  const note = textOf(fields, 'Token');
  return { kind: 'bell', answer: done, topic, ...(note !== undefined && { note }) };
}

const lookEverywhere: CallbackReading = { ...nothing, wakes: [{ name: 'look', afterMs: 1 }] };

/** WeCom lets the application speak for other kf accounts than before. */
function readAccountChange(settings: WecomKfSettings, fields: Fields): CallbackReading {
  const isOurs = accountsOf(settings).some((account) => [fields.AuthDelOpenKfId].flat().includes(account));
  if (isOurs) return { ...nothing, alarm: 'the application may no longer speak for a kf account of ours' };
  return accountsOf(settings).length === 0 ? nothing : lookEverywhere;
}

/**
 * Whose an agent's words are is known to the memory: they are put there, and looked at at once. What he wrote to another
 * application of the company is not for us.
 */
function readAgent({ agentid }: WecomKfSettings, fields: Fields, now: number): CallbackReading {
  const words = readWords(fields, now);
  const isOthers = (textOf(fields, 'AgentID') ?? String(agentid)) !== String(agentid);
  if (words === undefined || isOthers) return nothing;
  return { kind: 'events', answer: done, events: [noteWords(words)], wakes: [{ name: 'inbox', afterMs: 1 }] };
}
