import { Client } from 'pg';

/** A turn that began: the instance's process took this number of the lane. */
export interface BegunTurn {
  readonly at: number;
  /** The process, as it names itself to the database. */
  readonly by: string;
  readonly lane: string;
  readonly turn: number;
}

/** A row that went into flight or came out of it, and the lane's turn at that moment. */
export interface Change extends BegunTurn {
  readonly message: string;
  readonly before: string;
  readonly after: string;
}

/** What the database itself saw: the instances know nothing of it. */
export interface Audit {
  read(): Promise<{ readonly turns: readonly BegunTurn[]; readonly changes: readonly Change[] }>;
  /** How many rows are in each state. */
  countStates(): Promise<Readonly<Record<string, number>>>;
  /** The visitors of conversations, by the conversations' ids. */
  visitors(): Promise<ReadonlyMap<string, string>>;
  /** All rows of a table, for evidence. */
  rowsOf(table: string): Promise<readonly object[]>;
  close(): Promise<void>;
}

/** A trigger notes each turn that begins, and each row that is taken into flight or settled; both with who did it. */
const triggers = `
  create table chaos_turn (at double precision, by text, lane text, turn bigint);
  create table chaos_change (at double precision, by text, lane text, turn bigint, message text, before text, after text);

  create function chaos_now() returns double precision language sql volatile
    return extract(epoch from clock_timestamp()) * 1000;
  create function chaos_note_turn() returns trigger language plpgsql as $$
  begin
    if tg_op = 'INSERT' or new.turn <> old.turn then
      insert into chaos_turn values (chaos_now(), current_setting('application_name'), new.id, new.turn);
    end if;
    return null;
  end $$;
  create function chaos_note_change() returns trigger language plpgsql as $$
  declare
    flying constant text[] := array['forwarding', 'reacting', 'sending'];
    own constant text := case new.lane when 'reply' then 'reply ' || new.conversation
      else 'helpdesk ' || new.helpdesk || ' ' || new.conversation end;
  begin
    if old.state <> new.state and (old.state = any(flying) or new.state = any(flying)) then
      insert into chaos_change values (chaos_now(), current_setting('application_name'), own,
        (select turn from lane where id = own), new.id, old.state, new.state);
    end if;
    return null;
  end $$;
  create trigger chaos_turn after insert or update on lane for each row execute function chaos_note_turn();
  create trigger chaos_change after update on message for each row execute function chaos_note_change()`;

/** Puts the triggers into a database whose tables are made. */
export async function openAudit(url: string): Promise<Audit> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(triggers);
  const rowsOf = async (table: string) => (await client.query<object>(`select * from ${table}`)).rows;
  return {
    rowsOf,
    async read() {
      const numbered = <Row extends BegunTurn>(rows: readonly object[]) =>
        (rows as readonly Row[]).map((row) => ({ ...row, turn: Number(row.turn) })); // a bigint is a text
      return {
        turns: numbered<BegunTurn>(await rowsOf('chaos_turn order by at')),
        changes: numbered<Change>(await rowsOf('chaos_change order by at')),
      };
    },
    async countStates() {
      const { rows } = await client.query<{ state: string; count: string }>(
        'select state, count(*) from message group by state order by state',
      );
      return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
    },
    async visitors() {
      const text = 'select id, visitor from conversation';
      const { rows } = await client.query<{ id: string; visitor: string }>(text);
      return new Map(rows.map(({ id, visitor }) => [id, visitor]));
    },
    close: () => client.end(),
  };
}

/** A process of an instance and when it was gone; no end: it lives. */
export interface ProcessLife {
  readonly by: string;
  readonly endedAt?: number;
}

/**
 * Changes by somebody who had not begun the turn that the lane was in: his own turn there was over, or that of a process
 * that lived. (What the dead had in flight, whoever takes it up may settle.)
 */
export function findStale(
  turns: readonly BegunTurn[],
  changes: readonly Change[],
  lives: readonly ProcessLife[],
): readonly Change[] {
  const begunBy = new Map(turns.map(({ lane, turn, by }) => [`${lane} ${turn}`, by]));
  const firstTurns = new Map<string, number>();
  for (const { lane, by, turn } of turns) {
    const name = `${by} ${lane}`;
    firstTurns.set(name, Math.min(firstTurns.get(name) ?? turn, turn));
  }
  const ends = new Map(lives.map(({ by, endedAt }) => [by, endedAt]));
  return changes.filter(({ lane, turn, by, at }) => {
    const owner = begunBy.get(`${lane} ${turn}`);
    if (owner === undefined || owner === by) return false;
    const hadOwn = (firstTurns.get(`${by} ${lane}`) ?? Number.POSITIVE_INFINITY) < turn;
    return hadOwn || (ends.get(owner) ?? Number.POSITIVE_INFINITY) > at;
  });
}
