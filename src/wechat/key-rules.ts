import { z } from 'zod';
import { areSound } from '../ports/setting-forms.ts';

/** The settings of an account that say with whose secret, Token and key it works. */
interface Keys {
  readonly component?: string | undefined;
  readonly secret?: string | undefined;
  readonly token?: string | undefined;
  readonly previousTokens: readonly string[];
  readonly encodingAESKey?: string | undefined;
  readonly previousEncodingAESKeys: readonly string[];
  readonly mode: string;
  readonly format: string;
  readonly tokenSource: string | object;
}

type Name = keyof Keys;

/** An account has its own secret, Token and key, or those of a component, whose pushes come in one form only. */
export const keyRules: readonly z.core.$ZodCheck<Keys>[] = [
  alone(
    ['secret', 'tokenSource'],
    'expected the AppSecret, or a component in its place, got nothing',
    ({ secret, tokenSource }) => secret !== undefined || typeof tokenSource === 'object',
  ),
  alone(
    ['token'],
    'expected the Token of the message push, or a component in its place, got nothing',
    ({ token }) => token !== undefined,
  ),
  alone(
    ['encodingAESKey', 'mode'],
    'expected the EncodingAESKey, as mode is not plain',
    ({ encodingAESKey, mode }) => mode === 'plain' || encodingAESKey !== undefined,
  ),
  ...(['secret', 'token', 'previousTokens', 'encodingAESKey', 'previousEncodingAESKeys'] as const).map(
    (name) =>
      held(name, 'expected none: the component has its own', (keys) => (keys[name]?.length ?? 0) === 0),
  ),
  held(
    'mode',
    'expected safe: pushes through a component come in no other mode',
    ({ mode }) => mode === 'safe',
  ),
  held(
    'format',
    'expected xml: pushes through a component come in no other format',
    ({ format }) => format === 'xml',
  ),
  held(
    'tokenSource',
    'expected none: access tokens come through the component',
    ({ tokenSource }) => tokenSource === 'stable',
  ),
];

/** What holds for an account without a component: of the first of these settings, beside the others. */
function alone(
  [name, ...others]: readonly [Name, ...Name[]],
  error: string,
  isRight: (keys: Keys) => boolean,
) {
  return z.refine<Keys>((keys) => keys.component !== undefined || isRight(keys), {
    path: [name],
    error,
    when: areSound('component', name, ...others),
  });
}

/** What holds for an account that a component holds. */
function held(name: Name, error: string, isRight: (keys: Keys) => boolean) {
  return z.refine<Keys>((keys) => keys.component === undefined || isRight(keys), {
    path: [name],
    error,
    when: areSound('component', name),
  });
}
