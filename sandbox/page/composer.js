import { sendPicture } from './api.js';
import { element, showList } from './dom.js';
import { say } from './language.js';
import { drawSample } from './sample-picture.js';

/** @typedef {import('./language.js').TextName} TextName */

/**
 * @typedef {object} Place
 * @property {import('./api.js').Side} side
 * @property {HTMLElement} form
 * @property {HTMLElement} quick where the ready lines stand
 * @property {() => string} chosen the visitor
 * @property {(visitor: string, text: string) => Promise<void>} write
 */

const burstLines = 5;
/** Faster than any finger; closer together not even WeChat would keep them in order, as each push goes on its own. */
const burstPauseMs = 150;

/**
 * A line to write in, with a picture button, and a few ready lines above.
 *
 * @param {Place} place
 */
export function openComposer(place) {
  const { side, form, quick, chosen, write } = place;
  const input = /** @type {HTMLInputElement} */ (
    element('input', { type: 'text', maxlength: '4000', 'data-write': side })
  );
  const submit = element('button', { type: 'submit', class: 'button primary' });
  const pictures = openPictureMenu(place);
  form.append(pictures.button, pictures.menu, pictures.file, input, submit);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === '') return;
    input.value = '';
    void write(chosen(), text);
  });
  return {
    /** @param {{ placeholder: string, lines: readonly TextName[], isPossible: boolean, why: TextName, hasPictures: boolean }} now */
    show({ placeholder, lines, isPossible, why, hasPictures }) {
      input.placeholder = isPossible ? placeholder : say(why);
      input.setAttribute('aria-label', placeholder);
      submit.textContent = say('send');
      pictures.show();
      for (const part of [input, submit]) part.toggleAttribute('disabled', !isPossible);
      pictures.button.toggleAttribute('disabled', !isPossible || !hasPictures);
      showList(quick, lines, {
        key: (name) => name,
        looks: (name) => [say(name), isPossible],
        draw: (name) => drawLine(name, isPossible, place),
      });
    },
  };
}

/**
 * @param {TextName} name
 * @param {boolean} isPossible
 * @param {Place} place
 */
function drawLine(name, isPossible, { chosen, write }) {
  async function send() {
    const visitor = chosen();
    if (name !== 'burst') return write(visitor, say(name));
    for (let number = 1; number <= burstLines; number += 1) {
      await write(visitor, say('burstLine', { number }));
      await new Promise((resolve) => setTimeout(resolve, burstPauseMs));
    }
  }
  return element(
    'button',
    { type: 'button', class: 'quick-line', 'data-quick': name, disabled: !isPossible, click: send },
    say(name),
  );
}

/**
 * A picture from the disk, or one that is drawn on the spot.
 *
 * @param {Place} place
 */
function openPictureMenu({ side, form, chosen }) {
  const file = /** @type {HTMLInputElement} */ (
    element('input', { type: 'file', accept: 'image/png,image/jpeg,image/gif', hidden: true })
  );
  const button = element('button', {
    type: 'button',
    class: 'button quiet picture',
    'aria-haspopup': 'menu',
  });
  const menu = element('div', { class: 'menu', hidden: true });
  file.addEventListener('change', () => {
    const [picture] = file.files ?? [];
    if (picture) void sendPicture(side, chosen(), picture);
    file.value = '';
  });
  button.addEventListener('click', () => {
    menu.hidden = !menu.hidden;
  });
  document.addEventListener('click', (event) => {
    const isOutside = !form.contains(/** @type {Node} */ (event.target));
    if (isOutside) menu.hidden = true;
  });
  const items = [
    { name: /** @type {const} */ ('choosePicture'), act: () => file.click() },
    {
      name: /** @type {const} */ ('samplePicture'),
      act: async () => sendPicture(side, chosen(), await drawSample(side)),
    },
  ];
  return {
    button,
    menu,
    file,
    show() {
      button.textContent = say('picture');
      showList(menu, items, {
        key: ({ name }) => name,
        looks: ({ name }) => say(name),
        draw: ({ name, act }) => {
          const choose = () => {
            menu.hidden = true;
            act();
          };
          return element('button', { type: 'button', 'data-item': name, click: choose }, say(name));
        },
      });
    },
  };
}
