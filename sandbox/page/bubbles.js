import { avatar } from './avatar.js';
import { element, showList } from './dom.js';
import { say, sayIfKnown } from './language.js';
import { minutes } from './times.js';

/** @typedef {import('../state.ts').VisitorState} VisitorState */
/** @typedef {import('../state.ts').Bubble} Bubble */
/** @typedef {import('../state.ts').Card} Card */

/**
 * @typedef {object} Chat
 * @property {VisitorState} visitor
 * @property {'visitor' | 'agent'} own whose screen it is
 * @property {readonly Bubble[]} bubbles
 * @property {string} empty what stands there before the first one
 * @property {((url: string) => void) | undefined} [open] what a tap on a card does
 */

/** A pause after which the time is shown again. */
const pauseMs = 120_000;

/**
 * @param {HTMLElement} list
 * @param {Chat} chat
 */
export function showBubbles(list, chat) {
  list.setAttribute('data-empty', chat.empty);
  showList(list, withTimes(chat.bubbles), {
    key: ({ id }) => `${chat.visitor.id} ${id}`,
    looks: (bubble) => [bubble, say('send')],
    draw: (bubble) => drawBubble(bubble, chat),
  });
}

/**
 * @param {readonly Bubble[]} bubbles
 * @returns {readonly (Bubble & { time?: string })[]}
 */
function withTimes(bubbles) {
  return bubbles.map((bubble, place) => {
    const before = bubbles[place - 1];
    const isLater = before === undefined || bubble.at - before.at > pauseMs;
    return isLater ? { ...bubble, time: minutes(bubble.at) } : bubble;
  });
}

/**
 * @param {Bubble & { time?: string }} bubble
 * @param {Chat} chat
 */
function drawBubble(bubble, { visitor, own, open }) {
  const time = bubble.time === undefined ? undefined : element('time', {}, bubble.time);
  if (bubble.from === 'notice') {
    const text = say(`notice.${bubble.notice ?? 'broken'}`, { text: bubble.text ?? '' });
    return element('li', { class: 'notice' }, time, element('span', {}, text));
  }
  return element(
    'li',
    { class: `message ${bubble.from === own ? 'own' : 'other'}` },
    time,
    element(
      'div',
      { class: 'line' },
      bubble.from === 'visitor' ? avatar(visitor.id, visitor.name) : agentFace(),
      element('div', { class: 'words' }, drawContent(bubble, open), drawNote(bubble)),
    ),
  );
}

/** @param {Bubble} bubble @param {Chat['open']} open */
function drawContent({ text, picture, card }, open) {
  if (card !== undefined) return drawCard(card, open);
  return picture === undefined
    ? element('p', { class: 'bubble' }, text ?? '')
    : element('img', { class: 'bubble-picture', src: picture, alt: say('picture') });
}

/** A link, an article, a mini-program's page, a menu, or a medium that only a phone can play. @param {Card} card @param {Chat['open']} open */
function drawCard({ type, title, text, url, options }, open) {
  const lines = (options ?? []).map((option) => element('li', {}, option));
  return element(
    'div',
    { class: 'bubble card', 'data-type': type },
    element('small', {}, sayIfKnown(`card.${type}`) ?? type),
    title === undefined ? undefined : element('strong', {}, title),
    lines.length === 0 ? undefined : element('ul', {}, ...lines),
    text === undefined ? undefined : element('span', {}, text),
    url === undefined ? undefined : element('code', {}, url),
    url === undefined || open === undefined
      ? undefined
      : element('button', { type: 'button', class: 'button quiet', click: () => open(url) }, say('openCard')),
  );
}

/** What became of it on the way to the bridge, or in it; nothing where all is well. @param {Bubble} bubble */
function drawNote({ call, held, isExpired }) {
  if (isExpired) return element('span', { class: 'note bad' }, say('expiredNote'));
  if (held !== undefined) return element('span', { class: 'note held' }, say(`heldNote.${held}`));
  if (call === undefined || call.state === 'taken') return undefined;
  const { state, tries } = call;
  const text = state === 'calling' && tries > 1 ? say('call.again', { tries }) : say(`call.${state}`);
  return element('span', { class: `note ${state === 'lost' ? 'bad' : 'waiting'}` }, text);
}

function agentFace() {
  return element('span', { class: 'avatar agent', 'aria-hidden': 'true' }, '客');
}
