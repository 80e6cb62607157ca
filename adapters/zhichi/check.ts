import { numberOf, textOf } from '../../src/formats/fields.ts';
import type { Finding } from '../../src/ports/channel.ts';
import type { Answer, ZhichiApi } from './api.ts';
import { outcomeOf } from './outcome.ts';
import type { ZhichiSettings } from './settings.ts';

/** Asks for lists and figures: agents see nothing of it. */
export async function checkAccount(
  settings: ZhichiSettings,
  api: ZhichiApi,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const groups = await api.listGroups(signal);
  if (groups.kind !== 'ok') return [describeFailure(groups)];
  return [
    { level: 'ok', text: 'Zhichi accepts appId, appKey and the token of this host' },
    ...findIn(groups, {
      setting: 'groupId',
      wanted: settings.groupId,
      field: 'groupid',
      what: 'skill group',
    }),
    ...(settings.agentId === undefined ? [] : await findAgent(settings, api, signal)),
    ...describeHours(await api.askWorkingTime(settings.groupId, signal)),
    ...describeOnline(await api.countOnline(signal)),
    ...guesses(settings),
  ];
}

function describeFailure(failure: Exclude<Answer, { kind: 'ok' }>): Finding {
  const { code, alarm } = outcomeOf(failure, { number: 1 });
  if (alarm !== undefined) return { level: 'fatal', text: alarm };
  if (failure.kind === 'notSent') {
    return { level: 'fatal', text: `Zhichi cannot be reached (${code}): check baseUrl and the network` };
  }
  const text = `Zhichi gave no answer that tells whether the settings are right (${code}): try again`;
  return { level: 'warn', text };
}

async function findAgent(
  { agentId }: ZhichiSettings,
  api: ZhichiApi,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const agents = await api.listAgents(signal);
  if (agents.kind !== 'ok') return [];
  return findIn(agents, { setting: 'agentId', wanted: agentId, field: 'agentid', what: 'agent' });
}

function findIn(
  { items }: Extract<Answer, { kind: 'ok' }>,
  sought: {
    readonly setting: string;
    readonly wanted: string | undefined;
    readonly field: string;
    readonly what: string;
  },
): readonly Finding[] {
  const { setting, wanted, field, what } = sought;
  if (wanted === undefined || items.some((item) => textOf(item, field) === wanted)) return [];
  return [
    { level: 'fatal', text: `Zhichi knows no ${what} by the id of ${setting}: compare it with the console` },
  ];
}

function describeHours(answer: Answer): readonly Finding[] {
  const isWork = answer.kind === 'ok' ? textOf(answer.item, 'is_work') : undefined;
  if (isWork !== 'false') return [];
  return [{ level: 'warn', text: 'it is outside of working hours: Zhichi gives nobody an agent now' }];
}

function describeOnline(answer: Answer): readonly Finding[] {
  const agents = answer.kind === 'ok' ? numberOf(answer.item, 'admin_size') : undefined;
  if (agents === undefined) return [];
  return [
    agents > 0
      ? { level: 'ok', text: `${agents} agent(s) are online` }
      : { level: 'warn', text: 'no agent is online now' },
  ];
}

/** What no document says, and the first hour with a real tenant does. */
function guesses(settings: ZhichiSettings): readonly Finding[] {
  const { replies, limits } = settings;
  const texts = [
    ...(replies === 'push'
      ? [
          'the page of 客服消息推送 was not found: if pushes do not come or look different, set replies: record',
          'pushes are taken to be unsigned: if they carry a signature, ask for its key and set forwardAppKey',
          'a push is answered by callbackAnswer, as the forwarding is: if each comes twice, ask for the right answer',
          'pushed events (200 to 217) have the numbers of the vendor’s own apps: acceptEvents: false ignores them',
          'the record is taken to be complete while a session runs: if repair alarms for nothing, set repair: off',
        ]
      : []),
    ...(replies === 'record'
      ? ['the record is taken to be complete while a session runs: if words come late, set replies: push']
      : []),
    ...(replies === 'forward'
      ? ['the forwarding is signed and encrypted together; encrypted bodies cannot be read: forwardSigned']
      : []),
    'a lost answer is settled by the record: if messages get doubled or lost, set onUnknown: retry',
    'greetings are taken to come with the start alone: if visitors are greeted twice, set showGreeting: false',
    'a new token is taken to end the old one: if another system uses this appId, set tokenSource',
    'asking again is taken to keep the place in the queue: if it does not, set queuePollSec: 0',
    `source ${settings.source} is taken to have no effect beyond what agents see: set another source if it has`,
    'Zhichi is taken to keep no copy of media, so links must live as long as agents look at them: media.keepSec, mediaVia',
    `a text may have ${settings.maxTextChars} characters, as in the vendor’s own app: maxTextChars`,
    `calls are limited to ${limits.perSecond} a second and ${limits.perMinute} a minute, as nothing is documented: limits`,
    'the visitor’s id may have 64 characters, and keeps its case: uidTemplate',
    'where the message address is set, and whether there is more than one a company, only the vendor can say',
  ];
  return texts.map((text) => ({ level: 'warn', text: `to settle with a real tenant: ${text}` }));
}
