import type { Routing } from '../../src/model/routing.ts';
import type { EasemobSettings } from './settings.ts';

type Wishes = Pick<EasemobSettings, 'queueName' | 'queueId' | 'agentUsername'>;

/** Whom to ask for: a rule's group is a skill group by its name, its agent a login name; they go before the settings. */
export function wishesOf({ queueName, queueId, agentUsername }: Wishes, routing: Routing = {}): Wishes {
  const isAsked = routing.group !== undefined || routing.agent !== undefined;
  return isAsked
    ? { queueName: routing.group, queueId: undefined, agentUsername: routing.agent }
    : { queueName, queueId, agentUsername };
}
