import type { Form, Measure, Sentence, Shown } from '../ports/support.ts';
import type { KnownWay } from './read-ways.ts';

/** What stands in a table: yes, no, a form, or words; and why it is not all of it. */
export interface Cell {
  readonly word: 'yes' | 'no' | Form | Sentence | string;
  readonly note?: Sentence;
}

export const yes: Cell = { word: 'yes' };
export const no: Cell = { word: 'no' };

export function shownCell(shown: Shown | undefined): Cell {
  if (shown === undefined) return no;
  return typeof shown === 'string' ? { word: shown } : { word: shown.form, note: shown.note };
}

/** Whether an adapter has something, maybe only with another setting. */
export function memberCell(known: KnownWay, has: (adapter: KnownWay['adapter']) => boolean): Cell {
  if (has(known.adapter)) return yes;
  const by = known.changed.find(({ adapter }) => has(adapter))?.by;
  return by === undefined ? no : { word: 'yes', note: { zh: `\`${by}\` 时`, en: `with \`${by}\`` } };
}

export function measureCell(known: KnownWay, measure: Measure | undefined): Cell {
  const most = measure && numberOf(known, measure.most);
  if (measure === undefined || most === undefined) return no;
  const unit = { characters: { zh: '字', en: 'characters' }, bytes: { zh: '字节', en: 'bytes' } }[
    measure.unit
  ];
  return { word: { zh: `${most} ${unit.zh}`, en: `${most} ${unit.en}` } };
}

export function mediaCell(known: KnownWay): Cell {
  const most = known.way.mediaMax === undefined ? undefined : numberOf(known, known.way.mediaMax);
  return most === undefined ? no : { word: `${most / 1024 / 1024} MB` };
}

/** So many calls of any kind; a limit that spaces them is one of many calls all the same. */
export function limitsCell({ limits }: KnownWay): Cell {
  const rates = limits.filter(({ name, scope }) => name === '' && scope === 'all').map(rateOf);
  return rates.length === 0 ? no : { word: rates.join(', ') };
}

function rateOf({ calls, perMs }: KnownWay['limits'][number]): string {
  return perMs <= 1000
    ? `${Math.round((calls * 1000) / perMs)}/s`
    : `${Math.round((calls * 60_000) / perMs)}/min`;
}

function numberOf(known: KnownWay, most: number | string): number | undefined {
  const found = typeof most === 'number' ? most : known.setting(most);
  return typeof found === 'number' ? found : undefined;
}
