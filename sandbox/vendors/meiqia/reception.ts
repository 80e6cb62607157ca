import type { JsonRecord } from '../json.ts';
import { answer, bare, type Reply } from './answers.ts';
import { type Conv, describeAgent, type Floor, type Visitor, type Wish, writeEntry } from './floor.ts';
import type { Speaker } from './speech.ts';

/** The floor with a voice. */
export interface House {
  readonly floor: Floor;
  readonly speaker: Speaker;
}

/** What is done without waiting for callbacks: who acted does not wait for them. */
export function leave(callback: Promise<unknown>): void {
  callback.catch(() => undefined);
}

/** `scheduler`: who has the visitor from now on. */
export function schedule(
  house: House,
  visitor: Visitor,
  wish: Wish & { readonly except: readonly string[]; readonly keeps: boolean; readonly mayQueue: boolean },
): Reply {
  const { floor } = house;
  if (visitor.isBlocked) return answer({ success: false, black: true });
  const current = floor.openConv(visitor.trackId);
  const isExcluded = current !== undefined && wish.except.includes(current.agent);
  if (current !== undefined && !isExcluded && (wish.keeps || current.isRobot))
    return describeOpen(floor, current, []);
  const { robot } = floor.settings();
  if (
    current === undefined &&
    robot !== undefined &&
    !wish.except.includes(robot.token) &&
    wish.agent === undefined
  ) {
    return open(house, visitor, robot, true);
  }
  const found = floor.findAgent(wish, wish.except);
  if (found === 'nobody') return answer({ success: false });
  if (found === 'busy') {
    if (!wish.mayQueue) return answer({ success: false });
    floor.queue.set(visitor.trackId, { trackId: visitor.trackId, wish });
    return answer({ result: 'queueing' });
  }
  if (current === undefined) return open(house, visitor, found, false);
  handOn(house, visitor, current, {
    token: found.token,
    action: current.isRobot ? 'bot_redirect_manual' : 'agent_redirect',
  });
  return describeOpen(floor, current, []);
}

/** Another agent, or the first human, takes a conversation that goes on. */
export function handOn(
  { floor, speaker }: House,
  visitor: Visitor,
  conv: Conv,
  { token, action }: { readonly token: string; readonly action: string },
): void {
  conv.agent = token;
  conv.isRobot = false;
  speaker.act(visitor, conv, action, { to: describeAgent(floor, conv) });
}

function open(
  house: House,
  visitor: Visitor,
  { token }: { readonly token: string },
  isRobot: boolean,
): Reply {
  const { conv, greeting } = startConv(house, visitor, token, isRobot);
  return describeOpen(house.floor, conv, greeting);
}

/** A conversation begins, with the greeting that the console has. */
export function startConv(
  { floor, speaker }: House,
  visitor: Visitor,
  token: string,
  isRobot: boolean,
): { readonly conv: Conv; readonly greeting: readonly JsonRecord[] } {
  const conv = floor.startConv(visitor.trackId, { token }, isRobot);
  speaker.act(visitor, conv, 'init_conv', { agent: describeAgent(floor, conv) });
  leave(speaker.tell('conversation.created', visitor, conv));
  if (!isRobot) leave(speaker.tell('conversation.scheduled', visitor, conv));
  const { greeting } = floor.settings();
  if (greeting === '') return { conv, greeting: [] };
  const said = speaker.say(visitor, conv, {
    from: isRobot ? 'bot' : 'agent',
    type: 'welcome',
    contentType: 'text',
    content: greeting,
  });
  leave(said.pushed);
  return { conv, greeting: [writeEntry(said.entry)] };
}

function describeOpen(floor: Floor, conv: Conv, messages: readonly JsonRecord[]): Reply {
  return answer({
    agent: describeAgent(floor, conv),
    conv: {
      id: bare(conv.id),
      assignee: conv.agent,
      enterprise_id: bare(floor.settings().entId),
      created_on: `${new Date(conv.startedAt).toISOString().slice(0, -1)}000`,
    },
    messages,
  });
}

/** Ends a conversation, and gives its agent to whoever is next. */
export function endConv(
  house: House,
  conv: Conv,
  action: 'end_conv_agent' | 'end_conv_timeout' | undefined,
): void {
  const { floor, speaker } = house;
  const visitor = floor.visitors.get(conv.trackId);
  if (visitor === undefined || conv.endedAt !== undefined) return;
  const { ending, asksRatingAtEnd } = floor.settings();
  if (ending !== '' && action !== undefined) {
    leave(
      speaker.say(visitor, conv, { from: 'agent', type: 'ending', contentType: 'text', content: ending })
        .pushed,
    );
  }
  conv.endedAt = floor.now();
  if (action !== undefined) speaker.act(visitor, conv, action, { evaluation: asksRatingAtEnd });
  leave(speaker.tell('conversation.closed', visitor, conv));
  serveQueue(house);
}

/** Free agents take visitors out of the queue, first come first served. */
export function serveQueue(house: House): void {
  const { floor, speaker } = house;
  for (const { trackId, wish } of [...floor.queue.values()]) {
    const agent = floor.findAgent(wish, []);
    const visitor = floor.visitors.get(trackId);
    if (typeof agent === 'string' || visitor === undefined) continue;
    floor.queue.delete(trackId);
    speaker.act(visitor, undefined, 'queueing_remove', {});
    const current = floor.openConv(trackId);
    if (current === undefined) startConv(house, visitor, agent.token, false);
    else handOn(house, visitor, current, { token: agent.token, action: 'bot_redirect_auto' });
  }
}

/** What is due by the clock: visitors who say nothing any more. */
export function applyTimeouts(house: House): void {
  const { floor } = house;
  const { silenceTimeoutMs } = floor.settings();
  for (const conv of floor.convs.values()) {
    const isSilent = conv.endedAt === undefined && floor.now() - conv.lastVisitorAt >= silenceTimeoutMs;
    if (isSilent) endConv(house, conv, 'end_conv_timeout');
  }
}
