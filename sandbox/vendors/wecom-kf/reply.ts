import type { JsonRecord } from '../json.ts';

/** What a call is answered: status 200 whatever it is. */
export interface Reply {
  readonly errcode: number;
  readonly fields: JsonRecord;
}

/** A JSON body, and its text. */
export interface Body {
  readonly fields: JsonRecord;
  readonly text: string;
}

export function answer(fields: JsonRecord): Reply {
  return { errcode: 0, fields };
}

export function refuse(errcode: number): Reply {
  return { errcode, fields: {} };
}
