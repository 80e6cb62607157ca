import { StepMissed } from '../ports/errors.ts';
import { type CodeRow, giveUpCode, keepAuthorisation, putOffCode } from '../store/components.ts';
import type { ApiFailure } from '../wechat/api-answer.ts';
import { consequenceOf } from '../wechat/errors.ts';
import type { AuthorizerScene } from './authorizer-tokens.ts';
import { nameFailure } from './component-tokens.ts';
import { findRefreshToken } from './find-refresh-token.ts';

/**
 * One go at exchanging the code of an authorisation for the account's refresh token. What fails for now is due again,
 * until the code's end. A code that is worth nothing may have been paid for by an answer that got lost: then WeChat's own
 * list has the refresh token. Else the account has to authorise anew, and the log says so.
 */
export async function exchangeCode(scene: AuthorizerScene, row: CodeRow): Promise<void> {
  const { clock, store, api, tokens } = scene;
  const { appid, code } = row;
  if (clock.now() >= row.code_ends_at) return findOrGiveUp(scene, row, { reason: 'too late' });
  const answer = await tokens.call((token) => api.queryAuth(token, code));
  if (answer.kind !== 'ok') {
    if (!isPassing(answer)) return findOrGiveUp(scene, row, nameFailure(answer));
    const due = clock.now() + pauseAfter(row.code_attempts);
    await store.batch([putOffCode({ ...placeOf(row), due, attempts: row.code_attempts + 1 })]);
    scene.log.warn('authorizer.codeWaits', { ...lineOf(scene, appid), ...nameFailure(answer) });
    return;
  }
  if (answer.value.authorizer !== appid) return giveUp(scene, row, { reason: 'another account' });
  await keep(scene, row, answer.value.refreshToken);
}

async function keep(scene: AuthorizerScene, row: CodeRow, refreshToken: string): Promise<void> {
  const { clock, store } = scene;
  const step = keepAuthorisation({ ...placeOf(row), refreshToken, now: clock.now() }, 1);
  const isKept = await store.batch([step]).then(
    () => true,
    (error: unknown) => {
      if (error instanceof StepMissed) return false; // a later event about the account has come meanwhile
      throw error;
    },
  );
  scene.log.info(isKept ? 'authorizer.authorised' : 'authorizer.overtaken', lineOf(scene, row.appid));
}

function placeOf({ component, appid, code }: CodeRow) {
  return { component, appid, code };
}

/** Milliseconds before the next go. A code lives for ten minutes. */
function pauseAfter(attempts: number): number {
  return pausesMs[attempts] ?? lastPauseMs;
}

const pausesMs: readonly number[] = [1000, 4000, 15_000];
const lastPauseMs = 30_000;

/** Nothing was said about the code itself. */
function isPassing(failure: ApiFailure): boolean {
  if (failure.kind !== 'said') return true;
  return !codeRefusals.has(failure.errcode) && consequenceOf(failure.errcode).kind !== 'refuse';
}

/** The code is wrong or was used, or it is too old (WeChat, global return codes). */
const codeRefusals: ReadonlySet<number> = new Set([61009, 61010]);

type Reason = Readonly<Record<string, unknown>>;

async function findOrGiveUp(scene: AuthorizerScene, row: CodeRow, why: Reason): Promise<void> {
  const known = await findRefreshToken(scene, row.appid);
  return known.kind === 'found' ? keep(scene, row, known.refreshToken) : giveUp(scene, row, why);
}

async function giveUp(scene: AuthorizerScene, row: CodeRow, why: Reason): Promise<void> {
  await scene.store.batch([giveUpCode(placeOf(row))]);
  const line = lineOf(scene, row.appid);
  scene.log.error('authorizer.codeLost', { ...line, ...why });
  const alarm =
    'the authorisation of the account could not be taken up: it has to authorise the component again';
  scene.log.error('alarm.raised', { ...line, alarm });
}

/** Whom a line is about; without a tenant where none has the account. */
export function lineOf(
  { tenants }: AuthorizerScene,
  appid: string,
): { readonly authorizer: string; readonly tenant?: string } {
  const tenant = tenants.get(appid);
  return { authorizer: appid, ...(tenant === undefined ? {} : { tenant }) };
}
