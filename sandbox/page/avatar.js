import { element } from './dom.js';

/**
 * A round letter in the visitor's own colour.
 *
 * @param {string} id
 * @param {string} name
 */
export function avatar(id, name) {
  let hue = 0;
  for (const letter of id) hue = (hue * 31 + letter.charCodeAt(0)) % 6;
  return element('span', { class: `avatar hue-${hue}`, 'aria-hidden': 'true' }, [...name][0] ?? '');
}
