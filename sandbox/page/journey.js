import { avatar } from './avatar.js';
import { element } from './dom.js';
import { nameOfDesk, say, sayIfKnown } from './language.js';
import { clock, duration } from './times.js';

/** @typedef {import('../state.ts').Journey} Journey */
/** @typedef {import('../state.ts').Happening} Happening */

/**
 * Others of the same send.
 *
 * @typedef {object} Company
 * @property {number} count with this one
 * @property {boolean} isBefore one of them stands right before it
 * @property {boolean} isBehind one of them stands right behind it
 */

/** @type {Readonly<Record<string, string>>} */
const moods = {
  calling: 'waiting',
  waiting: 'waiting',
  joining: 'waiting',
  received: 'calm',
  queued: 'calm',
  forwarding: 'busy',
  sending: 'busy',
  reacting: 'busy',
  checking: 'busy',
  forwarded: 'good',
  sent: 'good',
  held: 'held',
  dead: 'bad',
  lost: 'bad',
  blocked: 'bad',
  expired: 'bad',
};

/** @param {Journey} journey */
export function chipOf(journey) {
  // A row that was tried and goes back to its lane waits for its next try, whatever the row calls it.
  const isAgain = ['received', 'queued'].includes(journey.state) && journey.failures > 0;
  const state = isJoining(journey) ? 'joining' : isAgain ? 'waiting' : journey.state;
  return element(
    'span',
    { class: `chip ${moods[state] ?? ''}`, 'data-state': state },
    sayIfKnown(`state.${state}`) ?? state,
  );
}

/** It waits for another text, to be sent along with it. @param {Journey} journey */
export function isJoining({ state, code }) {
  return state === 'queued' && code === 'join';
}

/** What a reply waited for, and not what went wrong with it. */
const waitCodes = ['join', 'allowance', 'window'];

/** Why it is where it is; nothing where all is well or the state says it. @param {Journey} journey */
export function drawReason({ state, code, held }) {
  if (held !== undefined) return element('span', { class: 'reason' }, say(`held.${held}`));
  if (code === undefined || state === 'forwarded' || state === 'sent' || waitCodes.includes(code))
    return undefined;
  const words = sayIfKnown(`code.${code}`);
  return words === undefined ? element('code', {}, code) : element('span', { class: 'reason' }, words);
}

/** @param {Journey} journey */
export function summarize(journey) {
  if (journey.kind === 'text') return journey.text;
  if (journey.kind === 'event') return sayIfKnown(`event.${journey.text}`) ?? journey.text;
  const kind = sayIfKnown(`kind.${journey.kind}`) ?? `[${journey.kind}]`;
  return journey.text === '' ? kind : `${kind} ${journey.text}`;
}

/**
 * One message between its two ends. The stations lie as the columns do: WeChat left, the helpdesk right.
 *
 * @param {Journey} journey
 * @param {{ name: string, open: () => void, company: Company | undefined, isShared: boolean }} scene `isShared`: there are two desks
 */
export function drawJourney(journey, { name, open, company, isShared }) {
  if (journey.kind === 'event') return drawEvent(journey, { name, open });
  const desk = nameOfDesk(journey.desk ?? 'desk');
  const sender = journey.direction === 'forward' ? name : (sayIfKnown(`from.${journey.from}`) ?? desk);
  const tries = journey.failures > 0 ? say('again', { count: journey.failures }) : undefined;
  const places = [company?.isBefore && 'has-before', company?.isBehind && 'has-behind'].filter(Boolean);
  return element(
    'li',
    {
      class: ['journey', journey.direction, `is-${journey.state}`, `of-${journey.desk}`, ...places].join(' '),
      'data-message': journey.id,
      'data-send': journey.send,
    },
    element(
      'button',
      { type: 'button', class: 'journey-button', title: say('details'), click: open },
      element(
        'span',
        { class: 'journey-top' },
        avatar(journey.visitor, name),
        element(
          'span',
          { class: 'who' },
          journey.direction === 'forward'
            ? `${sender} →${isShared ? ` ${desk}` : ''}`
            : `${name} ← ${sender}`,
        ),
        element('span', { class: 'summary' }, summarize(journey)),
        drawReason(journey),
        tries === undefined ? undefined : element('span', { class: 'tries' }, tries),
        company === undefined || company.isBefore
          ? undefined
          : element(
              'span',
              { class: 'joined', title: say('joinedHint') },
              say('joined', { count: company.count }),
            ),
        chipOf(journey),
      ),
      company?.isBehind ? undefined : drawStations(journey),
    ),
  );
}

/** @param {Journey} journey */
function drawStations(journey) {
  const { writtenAt, storedAt, startedAt, finishedAt } = journey.stations;
  const isGood = journey.state === 'forwarded' || journey.state === 'sent';
  const stations = [
    { name: say('station.written'), at: writtenAt, since: undefined },
    { name: say('station.stored'), at: storedAt, since: writtenAt },
    {
      name: say(journey.direction === 'forward' ? 'station.forward' : 'station.send'),
      at: startedAt,
      since: storedAt,
    },
    { name: say('station.arrived'), at: isGood ? finishedAt : undefined, since: startedAt },
  ];
  const reached = stations.filter(({ at }) => at !== undefined).length;
  return element(
    'span',
    { class: `stations reached-${reached}` },
    ...stations.map(({ name, at, since }, index) => {
      const time = at === undefined ? '' : since === undefined ? clock(at) : `+${duration(at - since)}`;
      return element(
        'span',
        {
          class: `station ${at === undefined ? '' : 'is-reached'} ${index === reached - 1 ? 'is-last' : ''}`,
        },
        element('i', {}),
        element('span', { class: 'station-words' }, element('b', {}, name), element('span', {}, time)),
      );
    }),
  );
}

/**
 * What happened in a conversation without being a message of it.
 *
 * @param {Journey} journey
 * @param {{ name: string, open: () => void }} scene
 */
function drawEvent(journey, { name, open }) {
  const at = journey.stations.storedAt ?? journey.stations.writtenAt;
  return element(
    'li',
    { class: 'aside', 'data-message': journey.id },
    element(
      'button',
      { type: 'button', click: open },
      element('time', {}, clock(at)),
      element('span', {}, `${name} · ${summarize(journey)}`),
    ),
  );
}

/** @param {Happening} happening */
export function drawHappening(happening) {
  const isBad = ['bridgeKilled', 'bridgeStopped', 'wechatOff', 'deskOff', 'agentsLeft'].includes(
    happening.kind,
  );
  return element(
    'li',
    { class: `happening ${isBad ? 'bad' : 'good'}` },
    element('time', {}, clock(happening.at)),
    element('span', {}, say(`happening.${happening.kind}`, { desk: nameOfDesk(happening.desk ?? 'desk') })),
  );
}
