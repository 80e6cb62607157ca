import { moveTime, orderBridge, turnSwitch } from './api.js';
import { byId, element, setText, showList } from './dom.js';
import { say } from './language.js';
import { day, duration, minutes } from './times.js';

/** @typedef {import('./page.js').View} View */
/** @typedef {import('../state.ts').Ledger} Ledger */

/** The heads of WeChat and the bridge: how each is, its switches; the time, and the ledger above them. */
export function openHeads() {
  /** @type {View['state'] | undefined} */
  let state;
  byId('wechat-switch').addEventListener('click', () => state && turnSwitch('wechat', !state.wechat.isOn));
  byId('bridge-kill').addEventListener('click', () => orderBridge('kill'));
  byId('bridge-start').addEventListener('click', () => orderBridge('start'));
  byId('time').addEventListener('click', (event) => {
    const leap = /** @type {HTMLElement} */ (event.target).closest('[data-leap]')?.getAttribute('data-leap');
    if (leap) void moveTime(leap);
  });
  return {
    /** @param {View} view */
    show(view) {
      state = view.state;
      showWeChat(state.wechat);
      showBridge(state.bridge);
      const isUp = state.bridge.status === 'running';
      byId('link-wechat').className = `link ${isUp && state.wechat.isOn ? 'is-up' : 'is-down'}`;
      byId('link-desk').className =
        `link ${isUp && state.desks.some(({ isOn }) => isOn) ? 'is-up' : 'is-down'}`;
      showLedger(state.ledger);
      showTime(state);
    },
  };
}

/** @param {View['state']['wechat']} wechat */
function showWeChat({ isOn }) {
  byId('wechat-switch').setAttribute('aria-checked', String(isOn));
  setText(byId('wechat-state'), say(isOn ? 'wechatOn' : 'wechatOff'));
  byId('wechat-state').className = isOn ? 'muted' : 'warning';
}

/** @param {View['state']['bridge']} bridge */
function showBridge(bridge) {
  const where = byId('bridge-state');
  setText(where, describeBridge(bridge));
  where.className = bridge.status === 'stopped' ? 'warning' : 'muted';
  where.title = bridge.end?.words.join('\n') ?? '';
  byId('bridge-kill').hidden = bridge.status === 'stopped';
  byId('bridge-start').hidden = bridge.status !== 'stopped';
}

/** @param {View['state']['bridge']} bridge */
function describeBridge({ status, pid, end }) {
  switch (status) {
    case 'running':
      return say('bridgeRunning', { pid: pid ?? '' });
    case 'starting':
      return say('bridgeStarting');
    case 'stopping':
      return say('bridgeStopping');
    default: {
      const how =
        end?.signal === undefined
          ? say('byStatus', { status: end?.status ?? '?' })
          : say('bySignal', { signal: end.signal });
      return say('bridgeStopped', { how });
    }
  }
}

/** @param {View['state']} state */
function showTime({ now, movedMs }) {
  const moved = movedMs === 0 ? '' : ` ${say('timeMoved', { time: duration(movedMs) })}`;
  setText(byId('time-now'), `${day(now)} ${minutes(now)}${moved}`);
  byId('time-now').className = movedMs === 0 ? 'muted' : 'moved';
}

/** @param {View['state']['ledger']} ledger */
function showLedger(ledger) {
  const sides = [
    { name: say('ledgerForward'), key: 'forward', counts: ledger.forward },
    { name: say('ledgerReply'), key: 'reply', counts: ledger.reply },
  ];
  const list = byId('ledger');
  list.title = say('ledgerHint');
  showList(list, sides, { key: ({ key }) => key, looks: (side) => side, draw: drawLedger });
}

/** @param {{ name: string, key: string, counts: Ledger }} side */
function drawLedger({ name, key, counts }) {
  const count = (/** @type {keyof Ledger} */ what, /** @type {string} */ mood) =>
    element(
      'dd',
      {
        class: counts[what] === 0 ? 'count' : `count ${mood}`,
        'data-count': `${key}.${what}`,
        title: what === 'twice' ? say('twiceHint') : undefined,
      },
      element('b', {}, String(counts[what])),
      ` ${say(what)}`,
    );
  return element(
    'div',
    { class: 'ledger-side' },
    element('dt', {}, name),
    count('written', ''),
    count('arrived', 'good'),
    count('underWay', 'waiting'),
    ...(counts.neverTaken > 0 ? [count('neverTaken', 'bad')] : []),
    ...(counts.expired > 0 ? [count('expired', 'bad')] : []),
    count('twice', 'bad'),
    count('outOfOrder', 'bad'),
  );
}
