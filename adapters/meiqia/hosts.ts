import { fieldsOf, textOf } from '../../src/formats/fields.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import { type Answer, type CallTools, callMeiqia } from './call.ts';
import type { MeiqiaSettings } from './settings.ts';

/** The first call for a visitor, and the host that answered it. */
export interface HostAnswer {
  readonly base: string;
  readonly answer: Answer;
}

const rememberForMs = 86_400_000;
const directory = 'https://visitor-edge.meiqia.com';

/**
 * Finds the host that serves this enterprise: one that says `invalid domain` sends us to the next, which is remembered for
 * a day (Meiqia SDK, `init_sdk_user`).
 */
export function createHosts(
  settings: MeiqiaSettings,
  tools: CallTools & Pick<Tools, 'cached' | 'forget'>,
): (ask: (base: string) => Promise<Answer>, signal: AbortSignal) => Promise<HostAnswer> {
  const [first = '', ...others] = settings.baseUrls;
  const remember = (base: string) =>
    tools.cached('host', async () => ({ value: base, goodUntil: tools.now() + rememberForMs }));

  const askAt = async (base: string, ask: (base: string) => Promise<Answer>): Promise<HostAnswer> => {
    const answer = await ask(base);
    const at = settings.baseUrls.indexOf(base);
    const next = isWrongHost(answer) ? settings.baseUrls[at + 1] : undefined;
    if (next === undefined || at < 0) return { base, answer };
    const moved = await askAt(next, ask);
    if (moved.answer.kind === 'ok') {
      await tools.forget('host', base);
      await remember(moved.base);
    }
    return moved;
  };

  return async (ask, signal) => {
    const known = others.length === 0 ? first : await remember(first);
    const asked = await askAt(settings.baseUrls.includes(known) ? known : first, ask);
    if (isSettled(asked.answer) || !settings.hostDiscovery || signal.aborted) return asked;
    const found = await discover(settings, tools, signal);
    return found === undefined ? asked : { base: found, answer: await ask(found) };
  };
}

function isWrongHost(answer: Answer): boolean {
  return answer.kind === 'status' && answer.status === 400 && answer.words.includes('invalid domain');
}

/** Another host would say the same. */
function isSettled(answer: Answer): boolean {
  const isNo = answer.kind === 'status' && [400, 404].includes(answer.status);
  return answer.kind === 'ok' || (isNo && !isWrongHost(answer));
}

/** What Meiqia's directory says, if it is a host of Meiqia's. */
async function discover(
  settings: MeiqiaSettings,
  tools: CallTools,
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await callMeiqia(settings, tools, {
    as: 'plain',
    method: 'GET',
    base: directory,
    path: 'summer/sdk/',
    signal,
  });
  if (answer.kind !== 'ok') return undefined;
  const url = textOf(fieldsOf(answer.fields, 'data') ?? {}, 'backendApi');
  const parsed = url === undefined ? null : URL.parse(url);
  const isMeiqias = parsed?.protocol === 'https:' && /^(?:[a-z0-9-]+\.)+meiqia\.com$/.test(parsed.host);
  return isMeiqias ? `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}` : undefined;
}
