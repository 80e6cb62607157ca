import { answerForward, answerSend } from './answers.ts';
import { type Change, type Course, mayDie, openCourse } from './course.ts';
import { bring } from './deeds.ts';
import type { Interruption } from './interruptions.ts';
import { type Deed, describeScript, type Script, type Step } from './script.ts';

/** Plays a script on a bridge and throws what the referee finds, with the script. */
export async function play(script: Script, change: Change = {}): Promise<void> {
  const course = await openCourse(script, change);
  course.world.onSend((reply, attempt) => answerSend(course, reply, attempt));
  course.world.onForward((message) => answerForward(course, message));
  try {
    await playAll(course);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new Error(`${found}\n${describeScript(script)}`, { cause: error });
  } finally {
    course.interruptions.die();
    await course.world.close();
  }
}

async function playAll(course: Course): Promise<void> {
  const { script, referee, parties, delivered } = course;
  for (const step of script.steps) {
    course.step += 1;
    course.isRacing = false;
    await take(course, step);
    await rest(course);
  }
  course.step += 1;
  course.isRacing = false;
  course.answers = [];
  course.deskAnswers = [];
  await playEnd(course);
  for (const party of parties) referee.judgeEnd(party, delivered);
  judgeForwards(course);
  complain(course);
}

async function take(course: Course, step: Step): Promise<void> {
  const { world, interruptions } = course;
  switch (step.do) {
    case 'pass':
      return world.clock.advance(step.ms);
    case 'wechat':
      course.answers = step.answers;
      return;
    case 'desk':
      course.deskAnswers = step.answers;
      return;
    case 'others':
      return spendElsewhere(course, step);
    case 'restart':
      if (mayDie(course)) interruptions.die();
      return;
    case 'amid':
      return takeAmid(course, step);
    default:
      await bring(course, step);
      return world.clock.settle();
  }
}

async function takeAmid(course: Course, step: Extract<Step, { do: 'amid' }>): Promise<void> {
  const { interruptions, world, script, parties } = course;
  const { what } = step;
  // The listeners open only after the start: no deed comes in the middle of that one.
  if (step.step.do === 'restart' && typeof what !== 'string') return bring(course, what);
  if (what === 'death' && !mayDie(course)) return;
  const interruption: Interruption = typeof what === 'string' ? what : () => bring(course, what);
  course.isRacing = true;
  if (script.merge === 'separate') {
    for (const deed of [what, step.step]) markUnsure(parties, deed);
  }
  interruptions.arm(step, interruption);
  await take(course, step.step);
  if (step.step.do === 'restart') await restart(course);
  await world.clock.settle();
  interruptions.disarm();
}

/** A lane chooses the grant when it is looked at; one that comes before the call is as good to WeChat. */
function markUnsure(parties: Course['parties'], deed: Step | Deed | string): void {
  for (const party of parties) party.isShort = true;
  if (typeof deed !== 'string' && deed.do === 'act' && deed.act === 'enters') {
    parties[deed.who].isUnsure = true;
  }
}

function spendElsewhere({ world, parties }: Course, { who, sends }: Extract<Step, { do: 'others' }>): void {
  const { real, sentAt } = parties[who];
  const now = world.clock.now();
  for (let made = 0; made < sends && real.left(now) > 0; made += 1) {
    real.spend(now);
    sentAt.push(now);
  }
}

async function restart(course: Course): Promise<void> {
  course.pausedUntil = 0;
  for (const party of course.parties) party.calls = 0;
  try {
    await course.world.restart();
  } catch {
    course.interruptions.die(); // a start without a store is none
  }
}

/** Whatever can go on by itself goes on, and what was not taken comes again. */
async function rest(course: Course): Promise<void> {
  const { world, interruptions, parties, referee } = course;
  await world.clock.settle();
  do {
    if (interruptions.isDead) await restart(course);
    // What a turn could not write down is looked at again after a second.
    if (interruptions.hasFailed()) {
      for (const party of parties) party.isShort = true;
      await world.clock.advance(1000);
    }
    await interruptions.takeDeferred()?.();
    for (const tryTo of course.again.splice(0)) await tryTo();
    await world.clock.advance(0);
  } while (interruptions.isDead || course.again.length > 0);
  for (const party of parties) referee.judgeRest(party, party.calls > 0);
  complain(course);
}

async function playEnd(course: Course): Promise<void> {
  const { world, file, script } = course;
  const isOver = () => file.messages().every(({ finished_at }) => finished_at !== null);
  for (let round = 0; script.ending === 'returns' && round < 60 && !isOver(); round += 1) {
    for (const who of [0, 1] as const) await bring(course, { do: 'act', who, act: 'writes', lateMs: 0 });
    await world.clock.advance(61_000);
    await rest(course);
  }
  // Pauses, tries and holding all end within two days.
  for (let days = 0; days < 5 && !isOver(); days += 1) {
    await world.clock.advance(86_400_000);
    await rest(course);
  }
}

function judgeForwards({ file, parties, referee }: Course): void {
  const rows = file.messages().filter(({ lane }) => lane === 'forward');
  const written = parties.flatMap(({ words }) => words).length;
  if (written !== rows.length) {
    referee.blame(`the visitors wrote ${written} times, and there are ${rows.length} of it`);
  }
  for (const { state, parts } of rows) {
    if (state !== 'forwarded' && state !== 'dead') referee.blame(`${parts} is left over (${state})`);
  }
}

function complain({ referee }: Course): void {
  if (referee.faults.length > 0) throw new Error(referee.faults.join('\n'));
}
