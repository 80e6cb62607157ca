import { avatar } from './avatar.js';
import { byId, element, showList } from './dom.js';

/** @typedef {import('./page.js').View} View */

/**
 * The visitors to choose among, with a count of what nobody has looked at yet.
 *
 * @param {'phone' | import('../state.ts').DeskName} side
 * @param {(visitor: string) => void} choose
 */
export function openTabs(side, choose) {
  /** How many bubbles of each visitor were looked at. @type {Map<string, number>} */
  const read = new Map();
  const list = byId(`${side}-visitors`);
  return {
    /** @param {View} view */
    show({ state, visitor: chosen }) {
      const tabs = state.visitors.map((visitor) => {
        const { id, name } = visitor;
        const bubbles = side === 'phone' ? visitor.phone : (visitor.desks[side]?.bubbles ?? []);
        const count = bubbles.length;
        // What was there before the page was opened is not news.
        if (id === chosen || !read.has(id)) read.set(id, count);
        return { id, name, isChosen: id === chosen, unread: count - (read.get(id) ?? 0) };
      });
      showList(list, tabs, {
        key: ({ id }) => id,
        looks: (tab) => tab,
        draw: (tab) => drawTab(tab, () => choose(tab.id)),
      });
    },
  };
}

/**
 * @param {{ id: string, name: string, isChosen: boolean, unread: number }} tab
 * @param {() => void} choose
 */
function drawTab({ id, name, isChosen, unread }, choose) {
  return element(
    'button',
    { type: 'button', class: 'tab', 'aria-pressed': String(isChosen), 'data-visitor': id, click: choose },
    avatar(id, name),
    element('span', {}, name),
    unread > 0 ? element('span', { class: 'unread' }, String(unread)) : undefined,
  );
}
