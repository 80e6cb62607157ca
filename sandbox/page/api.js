import { showToast } from './toast.js';

/** @typedef {import('../state.ts').SandboxState} SandboxState */
/** @typedef {import('../state.ts').Evidence} Evidence */
/** @typedef {import('../state.ts').DeskName} DeskName */
/** Either end of a conversation: the visitors' phone, or a desk. @typedef {'visitors' | DeskName} Side */

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

/** @param {Side} side */
const endOf = (side) => (side === 'visitors' ? '/api/visitors' : `/api/desks/${side}`);

/**
 * @param {Side} side
 * @param {string} visitor
 * @param {string} text
 */
export const writeText = (side, visitor, text) =>
  call(`${endOf(side)}/${visitor}/text`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ text }),
  });

/**
 * @param {Side} side
 * @param {string} visitor
 * @param {Blob} picture
 */
export function sendPicture(side, visitor, picture) {
  const body = new FormData();
  body.append('picture', picture, 'picture');
  return call(`${endOf(side)}/${visitor}/picture`, { method: 'POST', body });
}

/**
 * @param {string} visitor
 * @param {'shop' | 'refund'} entrance
 */
export const enterChat = (visitor, entrance) =>
  call(`/api/visitors/${visitor}/enter/${entrance}`, { method: 'POST' });

/**
 * What a visitor does about the vendor's own chat: he taps on a card, or writes there.
 *
 * @param {string} visitor
 * @param {'open' | 'there'} deed
 * @param {string} text the card's address, or his words
 */
export const doThere = (visitor, deed, text) =>
  call(`/api/visitors/${visitor}/${deed}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ text }),
  });

/**
 * @param {DeskName} desk
 * @param {string} visitor
 * @param {'end' | 'rating'} deed
 */
export const doAtDesk = (desk, visitor, deed) =>
  call(`/api/desks/${desk}/${visitor}/${deed}`, { method: 'POST' });

/**
 * @param {'wechat' | `${'desk' | 'staff'}/${DeskName}`} name
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

/**
 * @param {DeskName} desk
 * @param {string} vendor or `none`
 */
export const chooseDesk = (desk, vendor) => call(`/api/vendor/${desk}/${vendor}`, { method: 'POST' });

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
