import type { Json } from '../../src/model/message.ts';
import type { NoticeTexts } from '../../src/model/notices.ts';
import { numberOptions } from '../../src/model/options.ts';
import type { HelpdeskAdapter, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { Log } from '../../src/ports/log.ts';
import type { SqlValue } from '../../src/ports/store.ts';
import { type EventPlan, type EventScene, planEvents } from '../../src/relay/plan-events.ts';

const NOW = 1_700_000_000_000;

/** What every event says. */
export const at = { keys: [], at: NOW - 50 } as const;

/** Questions to the visitor. */
export const asked = {
  menu: {
    ...at,
    kind: 'menuAsked',
    text: '请选择',
    options: [
      { id: 'a', label: '售前' },
      { id: 'b', label: '售后' },
    ],
  },
  rating: {
    ...at,
    kind: 'ratingAsked',
    session: 's',
    options: [
      { id: '1', label: '好' },
      { id: '2', label: '差' },
    ],
  },
} as const;

export const started = {
  ...at,
  kind: 'sessionStarted',
  session: 's',
  by: 'agent',
  agent: { name: '小王' },
} as const;
export const ended = { ...at, kind: 'sessionEnded', session: 's', reason: 'agent' } as const;
export const written = {
  ...at,
  kind: 'message',
  from: { role: 'agent', id: 'a1', name: '小王' },
  parts: [{ kind: 'text', text: '您好' }],
} as const;

/** One of each kind; the compiler counts them. */
export const every: { readonly [Kind in VendorEvent['kind']]: Extract<VendorEvent, { kind: Kind }> } = {
  message: written,
  sessionStarted: started,
  sessionEnded: ended,
  queued: { ...at, kind: 'queued', ahead: 2 },
  queueLeft: { ...at, kind: 'queueLeft', reason: 'served' },
  nobodyOnline: { ...at, kind: 'nobodyOnline', keeps: true },
  menuAsked: asked.menu,
  ratingAsked: asked.rating,
  recorded: {
    ...at,
    kind: 'recorded',
    from: { role: 'agent', id: 'kf1' },
    parts: [{ kind: 'text', text: '在' }],
  },
  typing: { ...at, kind: 'typing' },
  recalled: { ...at, kind: 'recalled', vendorId: 'v1' },
  receipt: { ...at, kind: 'receipt', key: 'm_1', vendorId: 'v1' },
  noted: { ...at, kind: 'noted' },
  unsupported: { ...at, kind: 'unsupported', vendorKind: 'dance' },
};

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent };

interface Given {
  readonly notices?: NoticeTexts;
  readonly memory?: Json;
  readonly adapter?: Partial<HelpdeskAdapter>;
}

/** A conversation with a helpdesk whose memory is the list of the kinds it has seen. */
export function sceneOf({ notices = {}, memory, adapter = {} }: Given = {}): EventScene {
  return {
    tenant: 'shop',
    conversation: 'c_1',
    now: NOW,
    raw: 'a_1',
    memory,
    log: silent,
    helpdesk: {
      id: 'shop/main',
      policy: { onUnknown: 'retry', retryMaxAgeMs: 1 },
      handoverWords: new Set(),
      notices,
      adapter: {
        accepts: new Set(),
        forward: async () => ({ outcome: 'accepted' }),
        visitorIds: () => [],
        fold: (before, event) => [...((before as readonly Json[] | undefined) ?? []), event.kind],
        ...adapter,
      },
    },
  };
}

export function planned(events: readonly VendorEvent[], given: Given = {}): EventPlan {
  return planEvents(events, sceneOf(given));
}

/** The arguments of a plan's steps of one statement, in order. */
export function stepsOf(plan: EventPlan, statement: string): readonly Readonly<Record<string, SqlValue>>[] {
  return plan.steps.filter((step) => step.statement.id === statement).map(({ args }) => args);
}

/** What the visitor is told by the bridge itself. */
export function notices(plan: EventPlan): readonly string[] {
  return stepsOf(plan, 'message.add')
    .filter(
      ({ lane, automatic, sender }) => lane === 'reply' && automatic === 1 && sender === '{"role":"system"}',
    )
    .map(({ parts }) => {
      const [{ text, options, tail }] = JSON.parse(String(parts));
      return [text, ...(options ? [numberOptions(options)] : []), ...(tail ? [tail] : [])].join('\n');
    });
}

/** The lists that the visitor may pick from, as they are set and taken away. */
export function pending(plan: EventPlan): readonly unknown[] {
  return stepsOf(plan, 'conversation.setPending').map(({ pending }) => JSON.parse(String(pending)));
}
