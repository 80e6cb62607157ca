import { byId, element, setText, showList } from './dom.js';
import { language, nameOfDesk, say } from './language.js';
import { clock } from './times.js';

/** @typedef {import('./page.js').View} View */
/** @typedef {import('../state.ts').Decision} Decision */
/** @typedef {import('../state.ts').DeskName} DeskName */
/** @typedef {import('../state.ts').RoutingState} RoutingState */

/** What two desks share the visitors by, and whose the chosen visitor is. */
export function openRules() {
  return {
    /** @param {View} view */
    show({ state, visitor: chosen }) {
      const { routing } = state;
      byId('rules').hidden = routing === undefined;
      if (!routing) return;
      const visitor = state.visitors.find(({ id }) => id === chosen);
      const last = state.decisions.findLast((decision) => decision.visitor === chosen);
      showList(byId('rule-list'), linesOf(routing), {
        key: ({ name }) => name,
        looks: (line) => [line, isBy(line.name, last)],
        draw: ({ name, text, to }) =>
          element(
            'li',
            { 'data-rule': name, class: isBy(name, last) ? 'is-last' : '' },
            element('span', {}, text),
            element('span', { class: `to of-${to}` }, `→ ${nameOfDesk(to)}`),
          ),
      });
      showOwner(visitor);
    },
  };
}

/**
 * The rules, and what holds where none does.
 *
 * @param {RoutingState} routing
 * @returns {readonly { name: string, text: string, to: DeskName }[]}
 */
function linesOf({ rules, failoverAfterSec }) {
  return [
    ...rules.map(({ name, ...texts }) => ({
      name,
      text: texts[language()],
      to: /** @type {const} */ ('second'),
    })),
    { name: 'default', text: say('ruleDefault'), to: 'desk' },
    { name: 'outage', text: say('ruleOutage', { seconds: failoverAfterSec }), to: 'second' },
  ];
}

/** @param {string} name @param {Decision | undefined} last */
function isBy(name, last) {
  return last !== undefined && (last.because === 'rule' ? last.rule : last.because) === name;
}

/** @param {View['state']['visitors'][number] | undefined} visitor */
function showOwner(visitor) {
  const where = byId('owner');
  const { name = '', owner } = visitor ?? {};
  if (owner === undefined) return setText(where, say('ownerNone', { name }));
  const values = { name, desk: nameOfDesk(owner.desk) };
  setText(where, say(owner.isHeld ? 'ownerHeld' : 'ownerFree', values));
}

/**
 * A line of the middle: a conversation is begun at a desk, or goes to the other one.
 *
 * @param {Decision} decision
 * @param {{ name: string, routing: RoutingState | undefined }} scene
 */
export function drawDecision(decision, { name, routing }) {
  const { from, to, at, because } = decision;
  return element(
    'li',
    { class: `decision of-${to} ${from === undefined ? '' : 'is-move'}`, 'data-because': because },
    element('time', {}, clock(at)),
    element(
      'b',
      {},
      from === undefined ? `${name} → ${nameOfDesk(to)}` : `${name}: ${nameOfDesk(from)} ⇒ ${nameOfDesk(to)}`,
    ),
    element('span', {}, reasonOf(decision, routing)),
  );
}

/** @param {Decision} decision @param {RoutingState | undefined} routing */
function reasonOf({ because, rule, from, passed = 0, left = 0 }, routing) {
  const known = routing?.rules.find((each) => each.name === rule);
  const reasons = {
    rule: () => say('because.rule', { rule: known?.[language()] ?? rule ?? '' }),
    default: () => say('because.default'),
    outage: () => say('because.outage', { desk: nameOfDesk(from ?? 'desk') }),
  };
  return [
    reasons[because](),
    ...(passed > 0 ? [say('passedOn', { count: passed })] : []),
    ...(left > 0 ? [say('leftBehind', { count: left })] : []),
  ].join(say('comma'));
}
