import { turnSwitch } from './api.js';
import { openDeskChat } from './chats.js';
import { openDeskChoice } from './desk-choice.js';
import { byId, setText } from './dom.js';
import { nameOfDesk, say } from './language.js';

/** @typedef {import('./page.js').View} View */
/** @typedef {import('../state.ts').DeskName} DeskName */

/**
 * One desk, or two: each its head with the vendor and the switches, and the agent's side of every conversation.
 *
 * @param {{ chooseVisitor: (visitor: string) => void }} choices
 */
export function openDeskPanels(choices) {
  const panels = [openPanel('desk', choices), openPanel('second', choices)];
  return {
    /** @param {View} view */
    show(view) {
      document.body.classList.toggle('has-second', view.state.desks.length > 1);
      for (const panel of panels) panel.show(view);
    },
  };
}

/**
 * The page's markup has one panel, of which each desk gets a copy with ids of its own.
 *
 * @param {DeskName} name
 * @param {{ chooseVisitor: (visitor: string) => void }} choices
 */
function openPanel(name, choices) {
  const template = /** @type {HTMLTemplateElement} */ (byId('desk-panel'));
  const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  for (const part of copy.querySelectorAll('[data-part]'))
    part.id = `${name}-${part.getAttribute('data-part')}`;
  const panel = /** @type {HTMLElement} */ (copy.firstElementChild);
  panel.classList.add(`of-${name}`);
  byId('desks').append(panel);
  const parts = [openHead(name), openDeskChoice(name), openDeskChat(name, choices)];
  return {
    /** @param {View} view */
    show(view) {
      panel.hidden = !view.state.desks.some((desk) => desk.name === name);
      if (panel.hidden) return;
      for (const part of parts) part.show(view);
    },
  };
}

/** @param {DeskName} name */
function openHead(name) {
  /** @type {View['state']['desks'][number] | undefined} */
  let desk;
  byId(`${name}-switch`).addEventListener('click', () => desk && turnSwitch(`desk/${name}`, !desk.isOn));
  byId(`${name}-staff`).addEventListener('click', () => desk && turnSwitch(`staff/${name}`, !desk.isStaffed));
  return {
    /** @param {View} view */
    show({ state }) {
      desk = state.desks.find((each) => each.name === name);
      if (!desk) return;
      const { isOn, isStaffed } = desk;
      setText(byId(`${name}-title`), say('deskTitle', { desk: nameOfDesk(name) }));
      byId(`${name}-switch`).setAttribute('aria-checked', String(isOn));
      setText(byId(`${name}-state`), say(isOn ? 'deskOn' : 'deskOff'));
      byId(`${name}-state`).className = isOn ? 'muted' : 'warning';
      const staff = byId(`${name}-staff`);
      setText(staff, say(isStaffed ? 'staffed' : 'unstaffed'));
      staff.className = `button quiet dot ${isStaffed ? 'is-good' : 'is-off'}`;
      staff.title = say('staffHint');
      staff.setAttribute('aria-pressed', String(isStaffed));
    },
  };
}
