import { texts } from './texts.js';

/** @typedef {keyof typeof texts} Language */
/** @typedef {keyof typeof texts.zh} TextName */

const storageKey = 'kefu-bridge.sandbox.language';

/** @type {Language} */
let current = chosenBefore() ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');

/** @typedef {import('../state.ts').DeskName} DeskName */
/** @typedef {Readonly<Record<Language, string>>} Names */

const unnamed = { zh: '', en: '' };
/** @type {Readonly<Record<DeskName, Names>>} */
let desks = { desk: unnamed, second: unnamed };

export const language = () => current;

/**
 * What the vendor of each helpdesk is called; `{desk}` and `{second}` in any text.
 *
 * @param {Readonly<Partial<Record<DeskName, Names>>>} names
 */
export function nameDesks({ desk = unnamed, second = unnamed }) {
  if (desk.zh === desks.desk.zh && second.zh === desks.second.zh) return;
  desks = { desk, second };
  translatePage();
}

/** @param {DeskName} name */
export function nameOfDesk(name) {
  return desks[name][current];
}

/**
 * The text in the current language; `{name}` is replaced by its value.
 *
 * @param {TextName} name
 * @param {Readonly<Record<string, string | number>>} values
 */
export function say(name, values = {}) {
  const known = { desk: nameOfDesk('desk'), second: nameOfDesk('second'), ...values };
  return texts[current][name].replace(/\{(\w+)\}/g, (_, key) =>
    String(Object.hasOwn(known, key) ? known[/** @type {keyof typeof known} */ (key)] : ''),
  );
}

/** @param {string} name a text's name, maybe of something that is newer than this page */
export function sayIfKnown(name) {
  return Object.hasOwn(texts.zh, name) ? say(/** @type {TextName} */ (name)) : undefined;
}

/** @param {Language} chosen */
export function speak(chosen) {
  current = chosen;
  try {
    localStorage.setItem(storageKey, chosen);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  translatePage();
}

/** Fills in what the markup only names. */
export function translatePage() {
  document.documentElement.lang = current === 'zh' ? 'zh-CN' : 'en';
  document.title = `kefu-bridge · ${say('sandbox')}`;
  for (const each of document.querySelectorAll('[data-text]')) {
    each.textContent = say(textName(each, 'data-text'));
  }
  for (const each of document.querySelectorAll('[data-label]')) {
    each.setAttribute('aria-label', say(textName(each, 'data-label')));
  }
  for (const each of document.querySelectorAll('[data-hint]')) {
    each.setAttribute('title', say(textName(each, 'data-hint')));
  }
  for (const each of document.querySelectorAll('[data-language]')) {
    each.setAttribute('aria-pressed', String(each.getAttribute('data-language') === current));
  }
}

/**
 * @param {Element} from
 * @param {string} attribute
 */
function textName(from, attribute) {
  return /** @type {TextName} */ (from.getAttribute(attribute)); // our own markup names texts that exist
}

/** @returns {Language | undefined} */
function chosenBefore() {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === 'zh' || stored === 'en' ? stored : undefined;
  } catch {
    return undefined;
  }
}
