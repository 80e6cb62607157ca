import { watchStates } from './api.js';
import { openPhoneChat } from './chats.js';
import { openSecondChoice } from './desk-choice.js';
import { openDeskPanels } from './desk-panels.js';
import { byId } from './dom.js';
import { openDrawer } from './drawer.js';
import { openFlow } from './flow.js';
import { openHeads } from './heads.js';
import { nameDesks, speak, translatePage } from './language.js';
import { openRules } from './rules.js';
import { showToast } from './toast.js';

/** @typedef {import('../state.ts').SandboxState} SandboxState */

/**
 * What is looked at, and how.
 *
 * @typedef {object} View
 * @property {SandboxState} state
 * @property {string} visitor the chosen one, on the phone and at the desk alike
 * @property {boolean} isOnlyThis the middle shows the chosen visitor alone
 */

/** @type {View | undefined} */
let view;

const choices = {
  /** @param {string} visitor */
  chooseVisitor(visitor) {
    change({ visitor });
  },
  /** @param {boolean} isOnlyThis */
  chooseFilter(isOnlyThis) {
    change({ isOnlyThis });
  },
};

const drawer = openDrawer();
const parts = [
  openHeads(),
  openSecondChoice(),
  openDeskPanels(choices),
  openPhoneChat(choices),
  openRules(),
  openFlow(choices, drawer),
  drawer,
];

/** @param {Partial<View>} changes */
function change(changes) {
  if (!view) return;
  view = { ...view, ...changes };
  show();
}

function show() {
  if (!view) return;
  for (const part of parts) part.show(view);
}

byId('languages').addEventListener('click', (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest('[data-language]');
  const chosen = button?.getAttribute('data-language');
  if (chosen !== 'zh' && chosen !== 'en') return;
  speak(chosen);
  show();
});

/** @param {string} vendor @param {SandboxState} state */
function namesOf(vendor, { vendors }) {
  return vendors.find((names) => names.vendor === vendor);
}

translatePage();
watchStates(
  (state) => {
    byId('toast').hidden = true;
    nameDesks(Object.fromEntries(state.desks.map(({ name, vendor }) => [name, namesOf(vendor, state)])));
    view = { visitor: state.visitors[0]?.id ?? '', isOnlyThis: false, ...view, state };
    show();
  },
  () => showToast(undefined),
);
setInterval(show, 500); // countdowns, and names of days, move without news
