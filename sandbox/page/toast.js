import { byId } from './dom.js';
import { say } from './language.js';

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Tells something for a few seconds.
 *
 * @param {string | undefined} text left out: the sandbox cannot be reached
 */
export function showToast(text) {
  const toast = byId('toast');
  toast.textContent = text ?? say('unreachable');
  toast.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    toast.hidden = true;
  }, 4000);
}
