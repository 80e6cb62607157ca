import { chooseDesk } from './api.js';
import { byId, element, setText, showList } from './dom.js';
import { language, say } from './language.js';

/** @typedef {import('./page.js').View} View */
/** @typedef {import('../state.ts').DeskName} DeskName */
/** @typedef {View['state']['vendors'][number]} Names */

/** Takes the second desk away. */
const nobody = 'none';

/**
 * A helpdesk's name at the head of its column, by which another one is chosen.
 *
 * @param {DeskName} name
 */
export function openDeskChoice(name) {
  const choice = openChoice(`${name}-choice`, name);
  return {
    /** @param {View} view */
    show({ state }) {
      const chosen = state.desks.find((desk) => desk.name === name);
      const others = state.desks.filter((desk) => desk.name !== name).map(({ vendor }) => vendor);
      // The first may change places with the second; the second may also go.
      const isSecond = name === 'second';
      const vendors = state.vendors.filter(({ vendor }) => !isSecond || !others.includes(vendor));
      setText(byId(`${name}-sign`), vendors.find(({ vendor }) => vendor === chosen?.vendor)?.sign ?? '');
      const isChanging = choice.show(vendors, chosen?.vendor ?? '', isSecond ? say('noSecond') : undefined);
      if (isChanging) setText(byId(`${name}-state`), say('deskChanging'));
    },
  };
}

/** What sets a second desk beside the only one. */
export function openSecondChoice() {
  const choice = openChoice('second-add', 'second');
  return {
    /** @param {View} view */
    show({ state }) {
      byId('add-second').hidden = state.desks.length > 1;
      const vendors = state.vendors.filter(({ vendor }) => vendor !== state.desks[0]?.vendor);
      choice.show(vendors, nobody, say('addSecond'));
    },
  };
}

/** @param {string} id @param {DeskName} name */
function openChoice(id, name) {
  const choice = /** @type {HTMLSelectElement} */ (byId(id));
  choice.addEventListener('change', async () => {
    choice.disabled = true;
    await chooseDesk(name, choice.value);
    choice.disabled = false;
  });
  return {
    /**
     * Whether another one is on its way: until it stands, the old one's state comes in.
     *
     * @param {readonly Names[]} vendors
     * @param {string} chosen
     * @param {string | undefined} none what stands for no helpdesk
     */
    show(vendors, chosen, none) {
      const options = vendors.map((names) => ({ value: names.vendor, title: titleOf(names) }));
      showList(choice, none === undefined ? options : [{ value: nobody, title: none }, ...options], {
        key: ({ value }) => value,
        looks: ({ title }) => title,
        draw: ({ value, title }) => element('option', { value }, title),
      });
      if (!choice.disabled) choice.value = chosen;
      return choice.disabled && choice.value !== chosen;
    },
  };
}

/** @param {Names} names */
function titleOf(names) {
  return say('deskTitle', { desk: names[language()] });
}
