/**
 * Makes an element. Children that are texts become text nodes, so nobody's words are ever read as markup.
 *
 * @param {string} tag
 * @param {Readonly<Record<string, string | boolean | undefined | ((event: any) => void)>>} attributes a function is a listener, by the event's name
 * @param {...(Node | string | undefined)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, '');
    else if (typeof value === 'string') made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/**
 * The element with this id; the page's own markup has it.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`expected an element #${id}, got none`);
  return found;
}

/**
 * Makes a list's children show these items: what has not changed stays the same element, so that nothing flickers and
 * only new items move in.
 *
 * @template Item
 * @param {HTMLElement} list
 * @param {readonly Item[]} items
 * @param {{ key: (item: Item) => string, looks: (item: Item) => unknown, draw: (item: Item) => HTMLElement }} how `looks` is all that `draw` depends on
 */
export function showList(list, items, how) {
  const before = new Map([...list.children].map((child) => [child.getAttribute('data-key'), child]));
  const children = items.map((item) => {
    const key = how.key(item);
    const looks = JSON.stringify(how.looks(item));
    const old = before.get(key);
    if (old && drawnAs.get(old) === looks) return old;
    const made = how.draw(item);
    made.setAttribute('data-key', key);
    if (!old) made.classList.add('is-new');
    drawnAs.set(made, looks);
    return made;
  });
  if (
    children.length === list.children.length &&
    children.every((child, at) => child === list.children[at])
  ) {
    return;
  }
  list.replaceChildren(...children);
}

/** @type {WeakMap<Element, string>} */
const drawnAs = new WeakMap();

/**
 * Sets a text, and touches nothing where it is the same.
 *
 * @param {HTMLElement} where
 * @param {string} text
 */
export function setText(where, text) {
  if (where.textContent !== text) where.textContent = text;
}

/**
 * Keeps a list at its end, whatever is added and however its size changes, until somebody scrolls away from it.
 *
 * @param {HTMLElement} list
 */
export function stickToEnd(list) {
  let isAtEnd = true;
  let ownTop = 0;
  const follow = () => {
    if (!isAtEnd) return;
    list.scrollTop = list.scrollHeight;
    ownTop = list.scrollTop;
  };
  list.addEventListener('scroll', () => {
    // A picture may have grown between our scroll and its event: nobody scrolled away then.
    const isOwn = isAtEnd && list.scrollTop === ownTop;
    isAtEnd = isOwn || list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  });
  list.addEventListener('load', follow, true); // a picture has its height only when it is here
  new ResizeObserver(follow).observe(list);
  new MutationObserver(follow).observe(list, { childList: true });
}
