import { byId, element, showList, stickToEnd } from './dom.js';
import { drawHappening, drawJourney } from './journey.js';
import { say } from './language.js';
import { openQueue } from './queue.js';

/** @typedef {import('./page.js').View} View */
/** @typedef {import('../state.ts').Journey} Journey */
/** @typedef {import('../state.ts').Happening} Happening */

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
      const journeys = view.state.journeys.filter(
        ({ visitor }) => !view.isOnlyThis || visitor === view.visitor,
      );
      queue.show(journeys, {
        names,
        now: view.state.now,
        isBridgeUp: view.state.bridge.status === 'running',
      });
      list.setAttribute('data-empty', say('noJourneys'));
      showList(list, inOrder(journeys, view.state.happenings), {
        key: ({ id }) => id,
        looks: (entry) => [entry, say('flowTitle')],
        draw: (entry) =>
          'direction' in entry
            ? drawJourney(entry, { name: names.get(entry.visitor) ?? '', open: () => drawer.open(entry) })
            : drawHappening(entry),
      });
    },
  };
}

/**
 * @param {readonly Journey[]} journeys
 * @param {readonly Happening[]} happenings
 * @returns {readonly (Journey | Happening)[]}
 */
function inOrder(journeys, happenings) {
  const timeOf = (/** @type {Journey | Happening} */ entry) =>
    'direction' in entry ? (entry.stations.storedAt ?? entry.stations.writtenAt) : entry.at;
  return [...journeys, ...happenings].sort((one, other) => timeOf(one) - timeOf(other));
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
