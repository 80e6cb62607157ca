import { doAtDesk, doThere, enterChat, writeText } from './api.js';
import { showBubbles } from './bubbles.js';
import { openComposer } from './composer.js';
import { byId, element, setText, showList, stickToEnd } from './dom.js';
import { say } from './language.js';
import { openTabs } from './tabs.js';
import { duration } from './times.js';

/** @typedef {import('./page.js').View} View */
/** @typedef {import('../state.ts').VisitorState} VisitorState */

/** @typedef {import('../state.ts').DeskName} DeskName */
/** @typedef {{ chooseVisitor: (visitor: string) => void }} Choices */

/**
 * What the chosen visitor sees and does.
 *
 * @param {Choices} choices
 */
export function openPhoneChat(choices) {
  let isThere = false;
  /** Who was there when the page was drawn last: whoever comes there new is shown there. */
  const wereThere = new Set();
  const end = openEnd('phone', {
    ...choices,
    write: (visitor, text) =>
      isThere ? doThere(visitor, 'there', text) : writeText('visitors', visitor, text),
  });
  byId('threads').addEventListener('click', (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest('[data-thread]');
    if (button) isThere = button.getAttribute('data-thread') === 'there';
  });
  byId('enter').addEventListener('click', () => enterChat(end.chosen(), 'shop'));
  byId('enter-refund').addEventListener('click', () => enterChat(end.chosen(), 'refund'));
  return {
    /** @param {View} view */
    show(view) {
      const visitor = visitorIn(view);
      const isShared = view.state.routing !== undefined;
      const { there } = visitor;
      if (there === undefined) {
        wereThere.delete(visitor.id);
        isThere = false;
      } else if (!wereThere.has(visitor.id)) {
        wereThere.add(visitor.id);
        isThere = true;
      }
      showThreads(visitor, isThere);
      byId('enter-refund').hidden = !isShared;
      end.show(view, {
        own: 'visitor',
        bubbles: isThere ? (there ?? []) : visitor.phone,
        open: view.state.desks.some(({ leadsAway }) => leadsAway)
          ? (url) => doThere(visitor.id, 'open', url)
          : undefined,
        hasPictures: !isThere,
        placeholder: say('visitorPlaceholder', { name: visitor.name }),
        lines: isShared ? ['quick1', 'quickRefund', 'burst'] : ['quick1', 'quick2', 'burst'],
        isPossible: true,
        why: 'nobodyThere',
      });
      showWindow(visitor, view.state);
    },
  };
}

/** WeChat's chat, and the vendor's own beside it. @param {VisitorState} visitor @param {boolean} isThere */
function showThreads({ there }, isThere) {
  const threads = byId('threads');
  threads.hidden = there === undefined;
  byId('phone-title').hidden = there !== undefined;
  for (const button of threads.querySelectorAll('[data-thread]')) {
    const isChosen = (button.getAttribute('data-thread') === 'there') === isThere;
    button.setAttribute('aria-pressed', String(isChosen));
  }
}

/**
 * The agent's side of the same conversations.
 *
 * @param {DeskName} name
 * @param {Choices} choices
 */
export function openDeskChat(name, choices) {
  const end = openEnd(name, { ...choices, write: (visitor, text) => writeText(name, visitor, text) });
  byId(`${name}-rate`).addEventListener('click', () => doAtDesk(name, end.chosen(), 'rating'));
  byId(`${name}-end`).addEventListener('click', () => doAtDesk(name, end.chosen(), 'end'));
  return {
    /** @param {View} view */
    show(view) {
      const visitor = visitorIn(view);
      const { session = 'none', bubbles = [] } = visitor.desks[name] ?? {};
      const { isStaffed = false, leadsAway = false } =
        view.state.desks.find((desk) => desk.name === name) ?? {};
      // Where it leads away, the chat is the bridge's until that has moved it on to agents.
      const isReached = !leadsAway || (visitor.there !== undefined && session !== 'robot');
      end.show(view, {
        own: 'agent',
        bubbles,
        placeholder: say('agentPlaceholder', { name: visitor.name }),
        lines: ['agentQuick1', 'agentQuick2', 'burst'],
        isPossible: (isStaffed || session === 'agent') && isReached,
        why: isReached ? 'nobodyThere' : 'notHereYet',
        hasPictures: !leadsAway,
      });
      setText(byId(`${name}-agent`), visitor.name);
      showSession(name, session);
    },
  };
}

/** @param {View} view */
function visitorIn({ state, visitor }) {
  const found = state.visitors.find(({ id }) => id === visitor) ?? state.visitors[0];
  if (!found) throw new Error('expected a visitor, got none');
  return found;
}

/**
 * @typedef {object} End
 * @property {'visitor' | 'agent'} own
 * @property {VisitorState['phone']} bubbles
 * @property {string} placeholder
 * @property {readonly import('./language.js').TextName[]} lines
 * @property {boolean} isPossible
 * @property {import('./language.js').TextName} why it is not possible
 * @property {boolean} hasPictures
 * @property {((url: string) => void) | undefined} [open]
 */

/**
 * @param {'phone' | DeskName} name
 * @param {Choices & { write: (visitor: string, text: string) => Promise<void> }} choices
 */
function openEnd(name, { chooseVisitor, write }) {
  let visitor = '';
  const chosen = () => visitor;
  const list = byId(`${name}-chat`);
  stickToEnd(list);
  const tabs = openTabs(name, chooseVisitor);
  const composer = openComposer({
    side: name === 'phone' ? 'visitors' : name,
    form: byId(`${name}-form`),
    quick: byId(`${name}-quick`),
    chosen,
    write,
  });
  return {
    chosen,
    /** @param {View} view @param {End} end */
    show(view, { own, bubbles, open, ...line }) {
      visitor = view.visitor;
      tabs.show(view);
      const empty = say(name === 'phone' ? 'emptyPhone' : 'emptyDesk');
      showBubbles(list, { visitor: visitorIn(view), own, bubbles, empty, open });
      composer.show(line);
    },
  };
}

/** @param {DeskName} name @param {import('../state.ts').SessionState} session */
function showSession(name, session) {
  const chip = byId(`${name}-session`);
  setText(chip, say(`session.${session}`));
  chip.className = `chip ${session === 'agent' ? 'good' : session === 'none' ? '' : 'waiting'}`;
  /** @type {HTMLButtonElement} */ (byId(`${name}-end`)).disabled = session !== 'agent';
}

/** As many sends a visitor's message grants. */
const mostPips = 5;

/**
 * What WeChat still takes for this visitor, and what the bridge holds back meanwhile.
 *
 * @param {VisitorState} visitor
 * @param {View['state']} state
 */
function showWindow({ id, allowance }, { now, journeys }) {
  const left = allowance.endsAt - now;
  const sends = left > 0 ? allowance.sends : 0;
  const held = journeys.filter((journey) => journey.visitor === id && journey.held !== undefined);
  const because = held[0]?.held;
  const expired = journeys.filter(({ visitor, state }) => visitor === id && state === 'expired').length;
  const parts = [
    { name: 'pips', text: '●'.repeat(sends) + '○'.repeat(Math.max(0, mostPips - sends)) },
    { name: 'sends', text: describeSends(allowance, left) },
    { name: 'left', text: left > 0 ? say('windowLeft', { time: duration(left) }) : '' },
    {
      name: 'held',
      text: because === undefined ? '' : say(`heldCount.${because}`, { count: held.length }),
    },
    { name: 'expired', text: expired === 0 ? '' : say('expiredCount', { count: expired }) },
  ];
  showList(byId('window'), parts, {
    key: ({ name }) => name,
    looks: ({ text }) => text,
    draw: ({ name, text }) => element('span', { class: name, 'data-window': name }, text),
  });
}

/** @param {VisitorState['allowance']} allowance @param {number} left */
function describeSends({ sends, endsAt }, left) {
  if (endsAt === 0) return say('windowNone');
  if (left <= 0) return say('held.window');
  return sends > 0 ? say('allowance', { sends }) : say('held.allowance');
}
