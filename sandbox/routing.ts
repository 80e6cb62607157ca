import { helpdeskId } from '../src/relay/lane-id.ts';
import { helpdeskNames, tenantName } from './configuration.ts';
import { type DeskName, deskNames, type RuleState } from './state.ts';

/** Seconds that the first helpdesk may be off before its conversations go to the second: one press of the clock. */
export const failoverAfterSec = 60;

/** Where the visitor opens the chat from, and what the mini-program then says of it: the button's session-from. */
export const entrances = { shop: 'shop', refund: 'refund' } as const;
export type Entrance = keyof typeof entrances;
export const entranceNames = Object.keys(entrances) as readonly Entrance[]; // a record's keys are its type's

interface Rule extends RuleState {
  readonly when: Readonly<Record<string, readonly string[]>>;
}

const refundWords = ['退款', '退货', 'refund'];

/** What goes to the second helpdesk: a word of the visitor, or the page that he comes from. */
const rules: readonly Rule[] = [
  {
    name: 'refund-word',
    zh: `话里有“${refundWords.join('”“')}”`,
    en: `the words have “${refundWords.join('”, “')}”`,
    when: { keyword: refundWords },
  },
  {
    name: 'refund-page',
    zh: '从退款页进入',
    en: 'the visitor comes from the refund page',
    when: { sessionFrom: [entrances.refund] },
  },
];

/** As the page tells of them. */
export const ruleStates: readonly RuleState[] = rules.map(({ name, zh, en }) => ({ name, zh, en }));

/** `tenants.<t>.routing` of the bridge's configuration. */
export const routingSettings = {
  default: helpdeskNames.desk,
  failoverAfterSec,
  rules: rules.map(({ name, when }) => ({ name, when, helpdesk: helpdeskNames.second, moves: true })),
};

/** Whose desk a helpdesk of the bridge is, by its id; `undefined`: none that stands here. */
export function deskOfHelpdesk(id: unknown): DeskName | undefined {
  return deskNames.find((name) => helpdeskId(tenantName, helpdeskNames[name]) === id);
}
