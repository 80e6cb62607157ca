import { say } from './language.js';

/** @param {number} at milliseconds since 1970 */
export function clock(at) {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** @param {number} at milliseconds since 1970 */
export function minutes(at) {
  return clock(at).slice(0, 5);
}

/** @param {number} at milliseconds since 1970 */
export function day(at) {
  const date = new Date(at);
  return `${date.getMonth() + 1}-${date.getDate()}`;
}

/** @param {number} ms */
export function duration(ms) {
  const [millisecond, second, minute, hour] = say('units').split('|');
  const whole = Math.max(0, ms);
  if (whole < 1000) return `${Math.round(whole)} ${millisecond}`;
  if (whole < 60_000) return `${(whole / 1000).toFixed(whole < 10_000 ? 1 : 0)} ${second}`;
  const minutes = Math.floor(whole / 60_000);
  if (minutes < 60) return `${minutes} ${minute} ${Math.floor((whole % 60_000) / 1000)} ${second}`;
  return `${Math.floor(minutes / 60)} ${hour} ${minutes % 60} ${minute}`;
}

/** @param {number} ms */
export function wholeSeconds(ms) {
  return duration(Math.max(1000, Math.ceil(ms / 1000) * 1000)).replace('.0', '');
}
