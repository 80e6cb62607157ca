import type { Part, Sender } from '../../../src/model/message.ts';
import type { VendorEvent } from '../../../src/ports/helpdesk.ts';
import { grantFor } from '../../../src/wechat/grants.ts';
import type { Course, Party } from './course.ts';
import type { Deed, Line } from './script.ts';

/** Brings a deed to the bridge. Whoever is not told that it was taken brings it again, once the step is over. */
export async function bring(course: Course, deed: Deed): Promise<void> {
  for (const delivery of deliveriesOf(course, course.parties[deed.who], deed)) {
    const tryTo = async () => {
      try {
        await delivery();
      } catch {
        course.again.push(tryTo);
      }
    };
    await tryTo();
  }
}

type Delivery = () => Promise<void>;

function deliveriesOf(course: Course, party: Party, deed: Deed): readonly Delivery[] {
  const { world } = course;
  switch (deed.do) {
    case 'act':
      return [act(course, party, deed)];
    case 'unfollow':
      return [unfollow(course, party)];
    case 'say': {
      const events = deed.lines.map((line) => lineOf(course, party, line));
      if (deed.apart) return events.map((event) => () => world.takeCallback(event));
      return [() => world.takeCallback(...events)];
    }
    case 'recall': {
      const line = party.lines.at(-1 - deed.back);
      if (line === undefined) return [];
      party.recalled.add(line);
      const event: VendorEvent = { ...eventOf(course, party), kind: 'recalled', vendorId: line };
      return [() => world.takeCallback(event)];
    }
    case 'type':
      return [
        async () => {
          party.typedAt = world.clock.now();
          await world.takeCallback({ ...eventOf(course, party), keys: [], kind: 'typing' });
        },
      ];
    default:
      return deed satisfies never;
  }
}

function eventOf(course: Course, { visitor }: Party) {
  course.count += 1;
  return { keys: [`event-${course.count}`], visitor, at: course.world.clock.now() };
}

/** What acts grant by default. */
const quota = {
  message: [5, 172_800],
  enter: [2, 60],
  menuClick: [3, 60],
  follow: [3, 60],
  scan: [3, 60],
} satisfies Parameters<typeof grantFor>[2]['quota'];

function act(course: Course, party: Party, deed: Extract<Deed, { do: 'act' }>): Delivery {
  const { world, onCommit, script } = course;
  const at = world.clock.now() - deed.lateMs;
  // What was sent between an act and its push came of the act's grant, and the bridge cannot know.
  party.real.acted(deed.act, { at, now: at, spent: party.sentAt.filter((time) => time > at).length });
  course.count += 1;
  const key = `act-${course.count}`;
  const isMessage = deed.act === 'writes';
  if (isMessage) party.words.push(key);
  onCommit.set(key, () => {
    const now = world.clock.now();
    party.known.acted(deed.act, { at, now });
    party.actedAt = now;
    // A message grants the most there is: whatever was lost of the count does not matter any more.
    if (isMessage && script.merge === 'max') party.isShort = false;
  });
  const part: Part = isMessage
    ? { kind: 'text', text: key }
    : { kind: 'event', name: 'user_enter_tempsession' };
  const grant = grantFor(isMessage ? 'message' : 'enter', at, { quota, quotaMerge: script.merge });
  const { visitor } = party;
  return () => world.takePush({ key, visitor, writtenAt: at, parts: [part], opens: true, grant });
}

function unfollow(course: Course, { visitor, real, known }: Party): Delivery {
  const { world, onCommit } = course;
  const writtenAt = world.clock.now();
  course.count += 1;
  const key = `act-${course.count}`;
  real.unfollowed();
  onCommit.set(key, () => known.unfollowed());
  const parts: readonly Part[] = [{ kind: 'event', name: 'unsubscribe' }];
  return () => world.takePush({ key, visitor, writtenAt, parts, opens: false, closes: true });
}

function lineOf(course: Course, party: Party, line: Line): VendorEvent {
  const event = eventOf(course, party);
  const name = `${line}${course.count}`;
  party.lines.push(name);
  course.onCommit.set(name, () => party.lineSteps.set(name, course.step));
  return {
    ...event,
    keys: [name],
    kind: 'message',
    vendorId: name,
    from: senders[line],
    parts: [partOf(line, name)],
    ...(line === 'notice' || line === 'greeting' ? { automatic: true } : {}),
  };
}

const senders: Readonly<Record<Line, Exclude<Sender, { role: 'visitor' }>>> = {
  text: { role: 'agent' },
  long: { role: 'agent' },
  bad: { role: 'agent' },
  picture: { role: 'agent' },
  robot: { role: 'robot' },
  notice: { role: 'system' },
  greeting: { role: 'robot' },
};

function partOf(line: Line, name: string): Part {
  if (line === 'picture') return { kind: 'link', title: name, url: 'https://shop.example' };
  return { kind: 'text', text: line === 'long' ? `${name} ${'x'.repeat(1000)}` : name };
}
