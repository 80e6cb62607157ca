import type { Consequence } from './errors.ts';

/** Why a function of the account is stopped, in plain words, with what to do about it. */
export function explainStop(
  { errcode, text }: { readonly errcode: number; readonly text: string },
  { alarm, todo }: Extract<Consequence, { kind: 'stop' }>,
): string {
  // Of WeChat's own text only the address is taken: it stands nowhere else.
  const address = addressCodes.has(errcode) ? addressPattern.exec(text)?.[1] : undefined;
  return `${alarm}${address === undefined ? '' : ` (${address})`}, code ${errcode}: ${todo}`;
}

const addressCodes: ReadonlySet<number> = new Set([40164, 61004]);
const addressPattern = /\bip[: ]+([0-9a-fA-F.:]*[0-9a-fA-F])/;
