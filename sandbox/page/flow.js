import { byId, element, showList, stickToEnd } from './dom.js';
import { drawHappening, drawJourney } from './journey.js';
import { say } from './language.js';
import { openQueue } from './queue.js';
import { drawDecision } from './rules.js';

/** @typedef {import('./page.js').View} View */
/** @typedef {import('../state.ts').Journey} Journey */
/** @typedef {import('../state.ts').Happening} Happening */
/** @typedef {import('../state.ts').Decision} Decision */
/** What stands in the middle. @typedef {Journey | Happening | Decision} Entry */

/**
 * The middle: what waits, then every message on its way, and what was done to the parts meanwhile.
 *
 * @param {{ chooseFilter: (isOnlyThis: boolean) => void }} choices
 * @param {{ open: (journey: Journey) => void }} drawer
 */
export function openFlow(choices, drawer) {
  const queue = openQueue(drawer);
  const list = byId('journeys');
  stickToEnd(list);
  return {
    /** @param {View} view */
    show(view) {
      const names = new Map(view.state.visitors.map(({ id, name }) => [id, name]));
      showFilters(view.isOnlyThis, choices.chooseFilter);
      const { routing } = view.state;
      /** @param {{ visitor: string }} entry */
      const isWanted = ({ visitor }) => !view.isOnlyThis || visitor === view.visitor;
      const journeys = view.state.journeys.filter(isWanted);
      const decisions = view.state.decisions.filter(isWanted);
      queue.show(journeys, {
        names,
        now: view.state.now,
        isBridgeUp: view.state.bridge.status === 'running',
      });
      list.setAttribute('data-empty', say('noJourneys'));
      showList(list, withCompany(inOrder([...decisions, ...journeys, ...view.state.happenings])), {
        key: ({ entry }) => entry.id,
        looks: (shown) => [shown, say('flowTitle')],
        draw({ entry, company }) {
          if ('kind' in entry && !('direction' in entry)) return drawHappening(entry);
          const name = names.get(entry.visitor) ?? '';
          return 'direction' in entry
            ? drawJourney(entry, {
                name,
                open: () => drawer.open(entry),
                company,
                isShared: routing !== undefined,
              })
            : drawDecision(entry, { name, routing });
        },
      });
    },
  };
}

/** What a message decides is told of once the message is written down, and stands before it. */
const toldAfterMs = 200;

/**
 * @param {readonly Entry[]} entries
 * @returns {readonly Entry[]}
 */
function inOrder(entries) {
  const timeOf = (/** @type {Entry} */ entry) => {
    if ('direction' in entry) return entry.stations.storedAt ?? entry.stations.writtenAt;
    return 'because' in entry ? entry.at - toldAfterMs : entry.at;
  };
  return entries.toSorted((one, other) => timeOf(one) - timeOf(other));
}

/**
 * Replies that share a send, with how many they are and whether others of them stand right before and behind.
 *
 * @param {readonly Entry[]} entries
 */
function withCompany(entries) {
  const sends = entries.map((entry) => ('direction' in entry ? entry.send : undefined));
  return entries.map((entry, place) => {
    const send = sends[place];
    const count = send === undefined ? 1 : sends.filter((other) => other === send).length;
    if (count === 1) return { entry, company: undefined };
    const company = { count, isBefore: sends[place - 1] === send, isBehind: sends[place + 1] === send };
    return { entry, company };
  });
}

/** @param {boolean} isOnlyThis @param {(isOnlyThis: boolean) => void} choose */
function showFilters(isOnlyThis, choose) {
  const filters = [
    { text: say('everybody'), value: false },
    { text: say('onlyThis'), value: true },
  ];
  showList(byId('filters'), filters, {
    key: ({ value }) => String(value),
    looks: ({ text, value }) => [text, value === isOnlyThis],
    draw: ({ text, value }) =>
      element(
        'button',
        { type: 'button', 'aria-pressed': String(value === isOnlyThis), click: () => choose(value) },
        text,
      ),
  });
}
