import { CallFailed } from '../../src/ports/errors.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import { type RecordPage, readAgents, readOnline, readRecords } from './wire.ts';

/** `reason`: WeChat's error code, or what kind of failure it was. */
export type ApiAnswer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'failed'; readonly reason: string };

/** A range of records, seconds since 1970, at most a day; `fromId` is 1 for the first page. */
export interface RecordRange {
  readonly startSec: number;
  readonly endSec: number;
  readonly fromId: number;
}

/** The calls of the official tool, one function each. Official accounts only: a mini-program has none of them. */
export interface OfficialApi {
  /** Accounts of the agents who are online. */
  listOnline(): Promise<ApiAnswer<readonly string[]>>;
  listAgents(): Promise<ApiAnswer<readonly string[]>>;
  /** What was said, at most {@link mostRecords} rows. */
  listRecords(range: RecordRange): Promise<ApiAnswer<RecordPage>>;
}

export const mostRecords = 10_000;

export function createApi({ channel }: Pick<Tools, 'channel'>): OfficialApi {
  async function ask<Value>(
    read: (json: unknown) => Value | undefined,
    ...call: Parameters<Tools['channel']>
  ): Promise<ApiAnswer<Value>> {
    try {
      const value = read(await channel(...call));
      return value === undefined ? { kind: 'failed', reason: 'unreadable' } : { kind: 'ok', value };
    } catch (error) {
      if (error instanceof CallFailed) return { kind: 'failed', reason: error.reason };
      throw error;
    }
  }
  return {
    listOnline: () => ask(readOnline, '/cgi-bin/customservice/getonlinekflist'),
    listAgents: () => ask(readAgents, '/cgi-bin/customservice/getkflist'),
    listRecords: ({ startSec, endSec, fromId }) =>
      ask(readRecords, '/customservice/msgrecord/getmsglist', {
        starttime: startSec,
        endtime: endSec,
        msgid: fromId,
        number: mostRecords,
      }),
  };
}
