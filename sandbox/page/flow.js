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
      showList(list, withCompany(inOrder(journeys, view.state.happenings)), {
        key: ({ entry }) => entry.id,
        looks: (shown) => [shown, say('flowTitle')],
        draw: ({ entry, company }) =>
          'direction' in entry
            ? drawJourney(entry, {
                name: names.get(entry.visitor) ?? '',
                open: () => drawer.open(entry),
                company,
              })
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

/**
 * Replies that share a send, with how many they are and whether others of them stand right before and behind.
 *
 * @param {readonly (Journey | Happening)[]} entries
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
