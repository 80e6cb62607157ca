import { readEvidence } from './api.js';
import { byId, element } from './dom.js';
import { chipOf, summarize } from './journey.js';
import { say } from './language.js';
import { clock, duration } from './times.js';

/** @typedef {import('./page.js').View} View */
/** @typedef {import('../state.ts').Journey} Journey */
/** @typedef {import('../state.ts').Evidence} Evidence */
/** @typedef {import('../state.ts').CallEvidence} CallEvidence */

/** What lies behind one message: its row, and every call with the bodies as they went over the wire. */
export function openDrawer() {
  const drawer = byId('drawer');
  /** @type {string | undefined} */
  let opened;
  /** What is shown, so that it is read again when the message moves on. */
  let shown = '';
  let scene = 0;
  const close = () => {
    opened = undefined;
    shown = '';
    drawer.hidden = true;
  };
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
  });

  /** @param {Journey} journey */
  async function load(journey) {
    const evidence = await readEvidence(journey.id);
    if (opened !== journey.id) return;
    const top = drawer.querySelector('.drawer-body')?.scrollTop ?? 0;
    drawer.replaceChildren(drawHead(journey, close), drawBody(evidence));
    drawer.hidden = false;
    const body = drawer.querySelector('.drawer-body');
    if (body) body.scrollTop = top;
  }

  return {
    /** @param {Journey} journey */
    open(journey) {
      drawer.replaceChildren();
      opened = journey.id;
      shown = JSON.stringify([journey, say('close')]);
      void load(journey);
    },
    /** @param {View} view */
    show(view) {
      // What it tells of is gone with its scene.
      if (view.state.scene !== scene) close();
      scene = view.state.scene;
      const journey = view.state.journeys.find(({ id }) => id === opened);
      if (!journey) return;
      const looks = JSON.stringify([journey, say('close')]);
      if (looks === shown) return;
      shown = looks;
      void load(journey);
    },
  };
}

/** @param {Journey} journey @param {() => void} close */
function drawHead(journey, close) {
  return element(
    'header',
    { class: 'drawer-head' },
    chipOf(journey),
    element('strong', { class: 'summary' }, summarize(journey)),
    element(
      'button',
      { type: 'button', class: 'button quiet', 'data-close': true, click: close },
      say('close'),
    ),
  );
}

/** @param {Evidence} evidence */
function drawBody({ calls, row }) {
  if (calls.length === 0 && row === undefined) {
    return element('div', { class: 'drawer-body' }, element('p', { class: 'muted' }, say('noEvidence')));
  }
  return element(
    'div',
    { class: 'drawer-body' },
    calls.length > 0
      ? element('h4', { class: 'drawer-title' }, `${say('calls')} · ${calls.length}`)
      : undefined,
    ...calls.map(drawCall),
    row === undefined ? undefined : element('h4', { class: 'drawer-title' }, say('row')),
    row === undefined ? undefined : drawRow(row),
  );
}

/** @param {CallEvidence} call */
function drawCall(call) {
  const isGood = call.status >= 200 && call.status < 300;
  const status = call.status === 0 ? say('noAnswer') : String(call.status);
  return element(
    'section',
    { class: 'call' },
    element(
      'header',
      {},
      element('time', {}, clock(call.at)),
      element('b', {}, `${say(`party.${call.from}`)} → ${say(`party.${call.to}`)}`),
      element('code', { class: 'title' }, call.title),
      element('span', { class: `chip ${isGood ? 'good' : 'bad'}` }, status),
      call.tookMs === undefined ? undefined : element('span', { class: 'muted' }, duration(call.tookMs)),
    ),
    drawText(say('request'), call.request),
    call.plain === undefined ? undefined : drawText(say('plain'), call.plain),
    call.status === 0 ? undefined : drawText(say('answer'), call.answer),
  );
}

/** @param {string} label @param {string} text */
function drawText(label, text) {
  const body = text === '' ? say('emptyBody') : indented(text);
  return element(
    'div',
    { class: 'raw' },
    element('span', { class: 'muted' }, label),
    element('pre', {}, body),
  );
}

/** JSON is easier to read with line breaks; everything else stays as it is. @param {string} text */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** @param {Readonly<Record<string, unknown>>} row */
function drawRow(row) {
  const known = Object.entries(row).filter(([, value]) => value !== null && value !== '');
  return element(
    'dl',
    { class: 'row' },
    ...known.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, String(value))]),
  );
}
