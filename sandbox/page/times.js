import { say } from './language.js';

/** @param {number} at milliseconds since 1970 */
export function clock(at) {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** @param {number} at milliseconds since 1970 */
export function minutes(at) {
  return clock(at).slice(0, 5);
}

/** @param {number} ms */
export function duration(ms) {
  const [millisecond, second, minute] = say('units').split('|');
  const whole = Math.max(0, ms);
  if (whole < 1000) return `${Math.round(whole)} ${millisecond}`;
  if (whole < 60_000) return `${(whole / 1000).toFixed(whole < 10_000 ? 1 : 0)} ${second}`;
  return `${Math.floor(whole / 60_000)} ${minute} ${Math.round((whole % 60_000) / 1000)} ${second}`;
}

/** @param {number} ms */
export function wholeSeconds(ms) {
  return duration(Math.max(1000, Math.ceil(ms / 1000) * 1000)).replace('.0', '');
}
