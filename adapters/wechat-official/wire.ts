import { z } from 'zod';

/** One line that was said in the official tool (WeChat, `msgrecord/getmsglist`). `at` is in seconds. */
export interface SaidLine {
  readonly openid: string;
  readonly by: 'agent' | 'visitor';
  readonly text: string;
  readonly at: number;
  /** The agent's account. */
  readonly worker: string;
}

export interface RecordPage {
  readonly records: readonly SaidLine[];
  /** How many rows there were, also those that tell nothing. */
  readonly rows: number;
  /** Where the next page begins. */
  readonly nextId: number;
}

/** Who is online: accounts (WeChat, `customservice/getonlinekflist`). `undefined`: it is no such list. */
export function readOnline(json: unknown): readonly string[] | undefined {
  const list = z.looseObject({ kf_online_list: z.array(z.unknown()) }).safeParse(json);
  return list.data?.kf_online_list.flatMap(accountIn);
}

/** All agents' accounts (WeChat, `customservice/getkflist`). */
export function readAgents(json: unknown): readonly string[] | undefined {
  const list = z.looseObject({ kf_list: z.array(z.unknown()) }).safeParse(json);
  return list.data?.kf_list.flatMap(accountIn);
}

/** `undefined`: it is no page of records. Rows of other kinds (sessions that begin, end, change hands) are left out. */
export function readRecords(json: unknown): RecordPage | undefined {
  const page = pageShape.safeParse(json).data;
  if (page === undefined) return undefined;
  const records = page.recordlist.flatMap((row): readonly SaidLine[] => {
    const record = recordShape.safeParse(row).data;
    const by = record && sides[record.opercode];
    if (record === undefined || by === undefined) return [];
    return [{ openid: record.openid, by, text: record.text, at: record.time, worker: record.worker }];
  });
  return { records, rows: page.recordlist.length, nextId: page.msgid };
}

function accountIn(row: unknown): readonly string[] {
  const account = z.looseObject({ kf_account: z.string().min(1) }).safeParse(row).data?.kf_account;
  return account === undefined ? [] : [account];
}

const sides: Readonly<{ [opercode: number]: SaidLine['by'] | undefined }> = {
  2002: 'agent',
  2003: 'visitor',
};

const pageShape = z.looseObject({
  recordlist: z.array(z.unknown()),
  msgid: z.coerce.number().int().catch(0),
});

const recordShape = z.looseObject({
  openid: z.string().min(1),
  opercode: z.coerce.number().int(),
  text: z.string().min(1),
  time: z.coerce.number().int().min(0),
  worker: z.string().catch(''),
});
