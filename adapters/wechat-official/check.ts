import type { Finding } from '../../src/ports/channel.ts';
import type { OfficialApi } from './api.ts';
import type { OfficialSettings } from './settings.ts';

/** A mini-program has no API that tells anything of the official tool. */
export function checkMiniProgram({ kfAccount }: OfficialSettings): readonly Finding[] {
  const texts = [
    'cannot be verified, as a mini-program has no API for it: that agents are bound to the official tool and online (console: 客服)',
    'cannot be verified: that neither a cloud function nor a third-party platform takes the messages before they are pushed',
    'what agents write, and when they take and leave a visitor, is never told to the bridge',
    ...(kfAccount === undefined ? [] : ['kfAccount has no effect: a mini-program cannot name an agent']),
  ];
  return texts.map((text) => ({ level: 'warn', text }));
}

/** Asks an official account for its agents. */
export async function checkOfficialAccount(
  { kfAccount }: OfficialSettings,
  api: OfficialApi,
): Promise<readonly Finding[]> {
  const answer = await api.listAgents();
  if (answer.kind === 'failed') return [describeFailure(answer.reason)];
  const agents = answer.value;
  if (agents.length === 0) {
    return [{ level: 'fatal', text: 'the account has no agents: add them in the console (客服功能)' }];
  }
  if (kfAccount !== undefined && !agents.includes(kfAccount)) {
    return [
      { level: 'fatal', text: `the account has no agent ${kfAccount}: compare kfAccount with the console` },
    ];
  }
  return [{ level: 'ok', text: `WeChat knows ${agents.length} agent(s) of the account` }];
}

function describeFailure(reason: string): Finding {
  if (reason === '65400') {
    return {
      level: 'fatal',
      text: 'the customer-service function is not enabled: add it in the console (code 65400)',
    };
  }
  const isSaid = /^\d+$/.test(reason);
  return {
    level: isSaid ? 'fatal' : 'warn',
    text: `WeChat did not tell the agents of the account (${reason})`,
  };
}
