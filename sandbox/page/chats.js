import { doAtDesk, enterChat } from './api.js';
import { showBubbles } from './bubbles.js';
import { openComposer } from './composer.js';
import { byId, element, setText, showList, stickToEnd } from './dom.js';
import { say } from './language.js';
import { openTabs } from './tabs.js';
import { duration } from './times.js';

/** @typedef {import('./page.js').View} View */
/** @typedef {import('../state.ts').VisitorState} VisitorState */

/**
 * The phone on the left and the agent's desk on the right: two views of the same conversations.
 *
 * @param {{ chooseVisitor: (visitor: string) => void }} choices
 */
export function openChats({ chooseVisitor }) {
  let chosen = '';
  const own = () => chosen;
  const sides = [openSide('phone', { own, chooseVisitor }), openSide('desk', { own, chooseVisitor })];
  byId('enter').addEventListener('click', () => enterChat(chosen));
  byId('rate').addEventListener('click', () => doAtDesk(chosen, 'rating'));
  byId('end').addEventListener('click', () => doAtDesk(chosen, 'end'));
  return {
    /** @param {View} view */
    show(view) {
      chosen = view.visitor;
      const visitor = view.state.visitors.find(({ id }) => id === chosen);
      if (!visitor) return;
      for (const side of sides) side.show(view, visitor);
      showWindow(visitor, view.state);
      setText(byId('agent-title'), visitor.name);
      showSession(visitor);
    },
  };
}

/**
 * @param {'phone' | 'desk'} side
 * @param {{ own: () => string, chooseVisitor: (visitor: string) => void }} choices
 */
function openSide(side, { own, chooseVisitor }) {
  const isPhone = side === 'phone';
  const list = byId(`${side}-chat`);
  stickToEnd(list);
  const tabs = openTabs(side, chooseVisitor);
  const composer = openComposer({
    side: isPhone ? 'visitors' : 'desk',
    form: byId(`${side}-form`),
    quick: byId(`${side}-quick`),
    chosen: own,
  });
  return {
    /** @param {View} view @param {VisitorState} visitor */
    show(view, visitor) {
      const { name } = visitor;
      tabs.show(view);
      showBubbles(list, {
        visitor,
        own: isPhone ? 'visitor' : 'agent',
        bubbles: visitor[side],
        empty: say(isPhone ? 'emptyPhone' : 'emptyDesk'),
      });
      composer.show({
        placeholder: say(isPhone ? 'visitorPlaceholder' : 'agentPlaceholder', { name }),
        lines: isPhone ? ['quick1', 'quick2', 'burst'] : ['agentQuick1', 'agentQuick2', 'burst'],
        isPossible: isPhone || view.state.desk.isStaffed || visitor.session === 'agent',
      });
    },
  };
}

/** @param {VisitorState} visitor */
function showSession({ session }) {
  const chip = byId('session');
  setText(chip, say(`session.${session}`));
  chip.className = `chip ${session === 'agent' ? 'good' : session === 'none' ? '' : 'waiting'}`;
  /** @type {HTMLButtonElement} */ (byId('end')).disabled = session !== 'agent';
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
