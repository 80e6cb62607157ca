import { chooseDesk } from './api.js';
import { byId, element, setText, showList } from './dom.js';
import { language, say } from './language.js';

/** @typedef {import('./page.js').View} View */

/** The helpdesk's name at the head of its column, by which another one is chosen. */
export function openDeskChoice() {
  const choice = /** @type {HTMLSelectElement} */ (byId('desk-choice'));
  choice.addEventListener('change', async () => {
    choice.disabled = true;
    await chooseDesk(choice.value);
    choice.disabled = false;
  });
  return {
    /** @param {View} view */
    show({ state: { desk, desks } }) {
      const chosen = desks.find(({ vendor }) => vendor === desk.vendor);
      setText(byId('desk-sign'), chosen?.sign ?? '');
      showList(choice, desks, {
        key: ({ vendor }) => vendor,
        looks: (names) => titleOf(names),
        draw: (names) => element('option', { value: names.vendor }, titleOf(names)),
      });
      // Until the new one stands, the old one's state comes in.
      if (!choice.disabled) choice.value = desk.vendor;
      else if (choice.value !== desk.vendor) setText(byId('desk-state'), say('deskChanging'));
    },
  };
}

/** @param {View['state']['desks'][number]} names */
function titleOf(names) {
  return say('deskTitle', { desk: names[language()] });
}
