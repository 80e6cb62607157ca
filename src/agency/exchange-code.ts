import { StepMissed } from '../ports/errors.ts';
import { type CodeRow, giveUpCode, keepAuthorisation, putOffCode } from '../store/components.ts';
import type { ApiFailure } from '../wechat/api-answer.ts';
import { consequenceOf } from '../wechat/errors.ts';
import type { AuthorizerScene } from './authorizer-tokens.ts';
import { nameFailure } from './component-tokens.ts';

/**
 * One go at exchanging the code of an authorisation for the account's refresh token. What fails for now is due again,
 * until the code's end; then the account has to authorise anew, and the log says so.
 */
export async function exchangeCode(scene: AuthorizerScene, row: CodeRow): Promise<void> {
  const { clock, store, api, tokens } = scene;
  const { appid, code } = row;
  const place = { component: row.component, appid, code };
  if (clock.now() >= row.code_ends_at) return giveUp(scene, row, { reason: 'too late' });
  const answer = await tokens.call((token) => api.queryAuth(token, code));
  if (answer.kind !== 'ok') {
    if (!isPassing(answer)) return giveUp(scene, row, nameFailure(answer));
    const due = clock.now() + pauseAfter(row.code_attempts);
    await store.batch([putOffCode({ ...place, due, attempts: row.code_attempts + 1 })]);
    scene.log.warn('authorizer.codeWaits', { ...lineOf(scene, appid), ...nameFailure(answer) });
    return;
  }
  if (answer.value.authorizer !== appid) return giveUp(scene, row, { reason: 'another account' });
  const { refreshToken } = answer.value;
  const isKept = await store.batch([keepAuthorisation({ ...place, refreshToken, now: clock.now() }, 1)]).then(
    () => true,
    (error: unknown) => {
      if (error instanceof StepMissed) return false; // a later event about the account has come meanwhile
      throw error;
    },
  );
  scene.log.info(isKept ? 'authorizer.authorised' : 'authorizer.overtaken', lineOf(scene, appid));
}

/** Milliseconds before the next go. A code lives for ten minutes. */
function pauseAfter(attempts: number): number {
  return pausesMs[attempts] ?? lastPauseMs;
}

const pausesMs: readonly number[] = [1000, 4000, 15_000];
const lastPauseMs = 30_000;

/** Nothing was said about the code itself. An answer that got lost may have used it up: the next go tells. */
function isPassing(failure: ApiFailure): boolean {
  if (failure.kind !== 'said') return true;
  return !codeRefusals.has(failure.errcode) && consequenceOf(failure.errcode).kind !== 'refuse';
}

/** The code is wrong or was used, or it is too old (WeChat, global return codes). */
const codeRefusals: ReadonlySet<number> = new Set([61009, 61010]);

async function giveUp(
  scene: AuthorizerScene,
  { component, appid, code }: CodeRow,
  why: Readonly<Record<string, unknown>>,
): Promise<void> {
  await scene.store.batch([giveUpCode({ component, appid, code })]);
  const line = lineOf(scene, appid);
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
