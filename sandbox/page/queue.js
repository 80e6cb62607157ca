import { byId, element, setText, showList } from './dom.js';
import { chipOf, drawReason, isJoining, summarize } from './journey.js';
import { nameOfDesk, say } from './language.js';
import { wholeSeconds } from './times.js';

/** @typedef {import('../state.ts').Journey} Journey */

/** A row of the queue; what is quicker than this is not worth showing as waiting. */
const leastWaitMs = 300;

/**
 * The messages that are not there yet, in the order in which they will go.
 *
 * @param {{ open: (journey: Journey) => void }} drawer
 */
export function openQueue(drawer) {
  const place = byId('queue');
  const title = element('h4', {});
  const list = element('ol', { id: 'waiting' });
  place.append(title, list);
  return {
    /**
     * @param {readonly Journey[]} journeys
     * @param {{ names: ReadonlyMap<string, string>, now: number, isBridgeUp: boolean }} scene
     */
    show(journeys, scene) {
      const { now, names } = scene;
      const waiting = journeys.filter(
        ({ isOpen, stations }) => isOpen && now - (stations.storedAt ?? stations.writtenAt) > leastWaitMs,
      );
      place.classList.toggle('is-empty', waiting.length === 0);
      setText(title, waiting.length === 0 ? say('queueEmpty') : say('queueTitle', { count: waiting.length }));
      showList(list, waiting, {
        key: ({ id }) => id,
        looks: (journey) => [journey, say('queueTitle')],
        draw: (journey) =>
          drawRow(journey, { name: names.get(journey.visitor) ?? '', open: () => drawer.open(journey) }),
      });
      // Times move on their own: a row that is drawn anew under a finger cannot be pressed.
      for (const [place, journey] of waiting.entries()) {
        const when = list.children[place]?.querySelector('.when');
        if (when instanceof HTMLElement) setText(when, describeWait(journey, waiting, scene));
      }
    },
  };
}

/**
 * @param {Journey} journey
 * @param {{ name: string, open: () => void }} scene
 */
function drawRow(journey, { name, open }) {
  return element(
    'li',
    { class: `waiting-row ${journey.direction}` },
    element(
      'button',
      { type: 'button', click: open },
      element('span', { class: 'who' }, journey.direction === 'forward' ? `${name} →` : `← ${name}`),
      element('span', { class: 'summary' }, summarize(journey)),
      // Why a reply is held is said where the others say when they go.
      journey.held === undefined ? drawReason(journey) : undefined,
      element('span', { class: 'when muted' }),
      chipOf(journey),
    ),
  );
}

/**
 * @param {Journey} journey
 * @param {readonly Journey[]} waiting
 * @param {{ now: number, isBridgeUp: boolean }} scene
 */
function describeWait(journey, waiting, { now, isBridgeUp }) {
  if (journey.seq === undefined) {
    const desk = nameOfDesk(journey.desk ?? 'desk');
    return journey.direction === 'forward' ? say('queueAtWeChat') : say('queueAtDesk', { desk });
  }
  if (!isBridgeUp) return say('queueBridge');
  if (['forwarding', 'sending', 'reacting'].includes(journey.state)) return say('queueNow');
  if (journey.held !== undefined) return say(`queueHeld.${journey.held}`);
  const first = waiting.find((other) => isSameLane(other, journey));
  if (first !== journey) return say(first && isJoining(first) ? 'queueJoined' : 'queueBehind');
  const left = journey.dueAt === undefined ? 0 : journey.dueAt - now;
  if (left <= 0) return '';
  if (isJoining(journey) && journey.isAutomatic) return say('queueYields');
  return say(isJoining(journey) ? 'queueJoins' : 'queueNext', { time: wholeSeconds(left) });
}

/** @param {Journey} one @param {Journey} other */
function isSameLane(one, other) {
  return one.visitor === other.visitor && one.direction === other.direction && one.seq !== undefined;
}
