import { DatabaseError } from 'pg';

/** What a failed batch means. */
export type Fault =
  /** It was undone because of what others did at the same time; the same again may stand. */
  | 'conflict'
  /** What it asked for cannot be. */
  | 'bug'
  | 'storeUnavailable';

/** Serialisation failure and deadlock: nothing of the transaction stands. */
const conflicts: ReadonlySet<string> = new Set(['40001', '40P01']);
/** Classes of SQLSTATE that speak of what was asked for: unsupported, cardinality, data, integrity, syntax and names. */
const ownFaults: ReadonlySet<string> = new Set(['0A', '21', '22', '23', '42']);
/** They speak of the account: its rights, and what it may see. */
const INSUFFICIENT_PRIVILEGE = '42501';
const INVALID_STATEMENT_NAME = '26000';
const FEATURE_NOT_SUPPORTED = '0A000';
/**
 * How codes begin that speak of the connection, of an operator who ends it (but a statement whose time was over, 57014, ends
 * alone), of a transaction whose time was over, or of the server itself.
 */
const endings: readonly string[] = ['08', '57P', '25P03', '25P04', 'XX'];

/** What PostgreSQL's error codes ("Appendix A") mean here. What has none came from the connection. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof DatabaseError) || error.code === undefined) return 'storeUnavailable';
  const { code } = error;
  if (conflicts.has(code) || hasLostPlan(error)) return 'conflict';
  return ownFaults.has(code.slice(0, 2)) && code !== INSUFFICIENT_PRIVILEGE ? 'bug' : 'storeUnavailable';
}

/** Whether the connection is no good for another batch. */
export function hasBroken(error: unknown): boolean {
  if (!(error instanceof DatabaseError) || error.code === undefined) return true;
  const { code } = error;
  return endings.some((ending) => code.startsWith(ending)) || hasLostPlan(error);
}

/**
 * What the connection has prepared holds no more: a newer version has changed the tables meanwhile, or a pooler has
 * given us another session. The server says its words, and how severe it is, in its own language (`lc_messages`): the code
 * and the routine are the same in all.
 */
function hasLostPlan({ code, routine }: DatabaseError): boolean {
  return (
    code === INVALID_STATEMENT_NAME || (code === FEATURE_NOT_SUPPORTED && routine === 'RevalidateCachedQuery')
  );
}

/** Without values: the detail has them, and of errors in data the message too. */
export function describeError(error: unknown): string {
  if (!(error instanceof DatabaseError)) return error instanceof Error ? error.message : String(error);
  const code = error.code ?? '';
  return code.startsWith('22') ? `error ${code} in data` : `${error.message} (${code})`;
}
