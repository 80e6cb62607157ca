import { messageKinds, type PartKind } from '../../src/model/message.ts';
import { type CallLimit, defineAdapter, type HelpdeskAdapter, type Tools } from '../../src/ports/helpdesk.ts';
import { nothingToDo, ofVisitor } from '../../src/ports/of-visitor.ts';
import { askForAgent, pollQueue, rate, sendProfile } from './actions.ts';
import { createApi } from './api.ts';
import { busy, createCallbackReader } from './callback.ts';
import { checkAccount } from './check.ts';
import { forwardMessage } from './forward.ts';
import { foldEvent, ratingOptions, readMemory, servingOf, writeMemory } from './memory.ts';
import { asksToWait } from './outcome.ts';
import { uidOf } from './profile.ts';
import { type QiyuSettings, qiyuSettings } from './settings.ts';
import { support } from './support.ts';

/** NetEase Qiyu (网易七鱼), by its message interface. */
export const qiyu = defineAdapter({
  name: 'qiyu',
  settings: qiyuSettings,
  support,
  limits: ({ qps }) => [
    { name: '', ...spaced(qps.perInterface), scope: 'each' },
    { name: '', ...spaced(qps.perTenant), scope: 'all' },
  ],
  asksToWait,
  create: createAdapter,
});

/** The network brings calls that are nearer to each other than this together: to space them further is of no use. */
const leastGapMs = 50;
/** A second, and a little more: Qiyu counts at arrival, and the network brings some calls nearer to each other. */
const secondMs = 1050;

/**
 * So many calls a second. The window of Qiyu's limit is not documented, so calls are spaced instead of sent in bursts. Where
 * more are granted than can be spaced, some go together: a window of one call in a few milliseconds has no place for the
 * next as long as one is on its way, and of several instances only one could have it at a time.
 */
function spaced(perSecond: number): Pick<CallLimit, 'calls' | 'perMs'> {
  const calls = Math.ceil((perSecond * leastGapMs) / secondMs);
  return { calls, perMs: Math.ceil((calls * secondMs) / perSecond) };
}

function createAdapter(settings: QiyuSettings, tools: Tools): HelpdeskAdapter {
  const api = createApi(settings, tools);
  const desk = { settings, api, now: tools.now, media: tools.media };
  return {
    accepts: acceptedKinds(settings),
    forward: (message, attempt) => forwardMessage(desk, message, attempt),
    visitorIds: (conversation) => [uidOf(settings.uidTemplate, conversation)],
    fold: (memory, event, now) => writeMemory(foldEvent(readMemory(memory), event, { settings, now })),
    readCallback: createCallbackReader(settings),
    busy,
    serving: (memory, now) => servingOf(readMemory(memory), now),
    ratingOptions: (memory, session) => ratingOptions(readMemory(memory), session, settings),
    askForAgent: (context) => ofVisitor(context, (known) => askForAgent(desk, known)),
    rate: (choice, context) => ofVisitor(context, (known) => rate(desk, choice, known)),
    sendProfile: (context) => ofVisitor(context, (known) => sendProfile(desk, known)),
    wake: (name, context) =>
      name === 'queue' ? ofVisitor(context, (known) => pollQueue(desk, known)) : nothingToDo(),
    check: (signal) => checkAccount(settings, api, signal),
  };
}

function acceptedKinds({ applyOnEnter }: QiyuSettings): ReadonlySet<PartKind> {
  return new Set(applyOnEnter ? [...messageKinds, 'event'] : messageKinds);
}
