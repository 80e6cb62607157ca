import { createHash } from 'node:crypto';
import { textOf } from '../../../src/formats/text-fields.ts';
import type { PushReading } from '../../../src/ports/channel.ts';
import type { RawRequest } from '../../../src/ports/request.ts';
import { createEnvelopeReader } from '../envelope.ts';
import type { KfChannelSettings } from './settings.ts';

/**
 * Proves and reads a notification: it holds no message, only where one is and a token that lets it be fetched without much
 * delay (WeCom, `kf_msg_or_event`). What else comes to the address is no visitor's.
 */
export function createBellReader(
  settings: KfChannelSettings,
): (request: RawRequest, now: number) => PushReading {
  const readEnvelope = createEnvelopeReader(settings);
  return (request, now) => {
    const reading = readEnvelope(request, now);
    if (reading.kind === 'unreadable') {
      const digest = createHash('sha256').update(reading.text).digest('base64url');
      return { kind: 'unreadable', key: `unreadable:${digest}`, reason: reading.reason };
    }
    if (reading.kind !== 'message') return reading;
    const { fields } = reading;
    const isBell = textOf(fields, 'MsgType') === 'event' && textOf(fields, 'Event') === 'kf_msg_or_event';
    // Very old notifications name no account: then it may be this one.
    const account = textOf(fields, 'OpenKfId') ?? settings.openKfid;
    if (!isBell || account !== settings.openKfid) return { kind: 'nothing' };
    const note = textOf(fields, 'Token');
    return { kind: 'bell', ...(note !== undefined && { note }) };
  };
}
