import type { Finding } from '../../src/ports/channel.ts';
import { type Failure, outcomeOf } from './outcome.ts';

/** What a call that failed says of the settings. */
export function explain(failure: Failure): Finding {
  const { code, alarm } = outcomeOf(failure, 1);
  if (alarm !== undefined) return fatal(alarm);
  const isUnreachable =
    failure.kind === 'notSent' || (failure.kind === 'tokenless' && failure.because.kind === 'notSent');
  if (isUnreachable) return fatal(`WeCom cannot be reached (${code}): check baseUrl and the network`);
  return warn(`WeCom gave no answer that tells whether the settings are right (${code}): try again`);
}

export function ok(text: string): Finding {
  return { level: 'ok', text };
}

export function warn(text: string): Finding {
  return { level: 'warn', text };
}

export function fatal(text: string): Finding {
  return { level: 'fatal', text };
}
