import { v7 } from 'uuid';

/** A new id that sorts by time: `m_` for messages, `x_` for media, `a_` for arrivals. */
export function newId(prefix: 'm' | 'x' | 'a'): string {
  return `${prefix}_${v7().replaceAll('-', '')}`;
}
