import type { Context } from 'koa';
import type { CallbackReading } from '../ports/helpdesk.ts';
import type { RawAnswer } from '../ports/request.ts';
import { askAdapter } from '../relay/ask-adapter.ts';
import type { Bridge } from '../relay/bridge.ts';
import { helpdeskId } from '../relay/lane-id.ts';
import { takeCallback } from '../relay/take-callback.ts';
import { answer, answerEmpty } from './answer.ts';
import { readRequest } from './raw-request.ts';
import { writeWithin } from './within.ts';

/** Vendors' bodies hold words and links, never files; an adapter may know better. */
const usualMaxBytes = 1_048_576;
/** The shortest patience of a vendor is 5 s. */
const answerBudgetMs = 4000;
const unavailable: RawAnswer = { status: 503, body: '' };

/** `ANY /callback/<tenant>/<helpdesk>[/<part>]`: prove, read, write down, answer as the vendor wants it. */
export async function receiveCallback(
  bridge: Bridge,
  context: Context,
  to: { readonly tenant: string; readonly helpdesk: string; readonly part?: string | undefined },
): Promise<void> {
  const tenant = bridge.tenants.get(to.tenant);
  const helpdesk = tenant?.helpdesks.get(helpdeskId(to.tenant, to.helpdesk));
  const { adapter } = helpdesk ?? {};
  if (!tenant || !helpdesk || !adapter?.readCallback) return answerEmpty(context, 404);
  const { callbackMaxBytes: maxBytes = usualMaxBytes } = adapter;
  const read = await readRequest(context, { maxBytes, part: to.part });
  const line = { tenant: tenant.name, helpdesk: helpdesk.id };
  if (read.kind === 'refused') {
    bridge.log.warn('callback.refused', { ...line, reason: read.status === 413 ? 'too long' : 'cut' });
    return answerEmpty(context, read.status);
  }
  const { request } = read;
  const busy = adapter.busy ?? unavailable;
  const reading = askAdapter<CallbackReading>(
    { log: bridge.log, ...line, hook: 'readCallback' },
    () => adapter.readCallback?.(request, bridge.clock.now()) ?? unread(busy),
    unread(busy),
  );
  switch (reading.kind) {
    case 'refused':
      bridge.log.warn('callback.refused', { ...line, reason: reading.reason });
      return answer(context, reading.answer);
    case 'challenge':
      bridge.log.info('callback.verified', line);
      return answer(context, reading.answer);
    default: {
      const taken = await writeWithin(bridge.clock, answerBudgetMs, () =>
        takeCallback(bridge, { tenant, helpdesk, reading, request }),
      );
      if (!taken) bridge.log.error('callback.unanswered', line);
      return answer(context, taken ? reading.answer : busy);
    }
  }
}

/** Nobody knows what it says: a copy is kept, and the vendor is asked to bring it again. */
function unread(answer: RawAnswer): CallbackReading {
  return { kind: 'unreadable', reason: 'the adapter threw', answer };
}
