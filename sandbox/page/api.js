import { showToast } from './toast.js';

/** @typedef {import('../state.ts').SandboxState} SandboxState */
/** @typedef {import('../state.ts').Evidence} Evidence */

/**
 * @param {string} path
 * @param {RequestInit} request
 */
async function call(path, request) {
  try {
    const response = await fetch(path, request);
    if (!response.ok) showToast(`${response.status} ${await response.text()}`);
  } catch {
    showToast(undefined);
  }
}

/**
 * @param {'visitors' | 'desk'} side
 * @param {string} visitor
 * @param {string} text
 */
export const writeText = (side, visitor, text) =>
  call(`/api/${side}/${visitor}/text`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ text }),
  });

/**
 * @param {'visitors' | 'desk'} side
 * @param {string} visitor
 * @param {Blob} picture
 */
export function sendPicture(side, visitor, picture) {
  const body = new FormData();
  body.append('picture', picture, 'picture');
  return call(`/api/${side}/${visitor}/picture`, { method: 'POST', body });
}

/** @param {string} visitor */
export const enterChat = (visitor) => call(`/api/visitors/${visitor}/enter`, { method: 'POST' });

/**
 * @param {string} visitor
 * @param {'end' | 'rating'} deed
 */
export const doAtDesk = (visitor, deed) => call(`/api/desk/${visitor}/${deed}`, { method: 'POST' });

/**
 * @param {'wechat' | 'desk' | 'staff'} name
 * @param {boolean} isOn
 */
export const turnSwitch = (name, isOn) =>
  call(`/api/switches/${name}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ isOn }),
  });

/** @param {'kill' | 'start'} order */
export const orderBridge = (order) => call(`/api/bridge/${order}`, { method: 'POST' });

/** @param {string} vendor */
export const chooseDesk = (vendor) => call(`/api/vendor/${vendor}`, { method: 'POST' });

/** @param {string} leap */
export const moveTime = (leap) => call(`/api/time/${leap}`, { method: 'POST' });

/**
 * @param {string} id
 * @returns {Promise<Evidence>}
 */
export async function readEvidence(id) {
  const response = await fetch(`/api/messages/${id}`);
  return response.ok ? response.json() : { id, calls: [] };
}

/**
 * Calls `show` with every state, and `lose` while the sandbox cannot be reached.
 *
 * @param {(state: SandboxState) => void} show
 * @param {() => void} lose
 */
export function watchStates(show, lose) {
  const source = new EventSource('/api/events');
  source.addEventListener('message', (event) => show(JSON.parse(event.data)));
  source.addEventListener('error', lose);
}
