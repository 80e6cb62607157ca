import { createRandom, type Random } from '../../chaos/random.ts';
import { type DialogueScene, openDialogueScene, type SceneOptions } from './scene.ts';
import type { DialogueVendor } from './vendor.ts';

export interface DialogueOptions extends SceneOptions {
  /** Both ways together. */
  readonly messages: number;
}

/** What became of a dialogue. */
export interface HeldDialogue {
  /** Visitor to agent. */
  readonly forwards: HeldSide;
  /** Agent to visitor. */
  readonly replies: HeldSide;
  /** How many calls met a fault. */
  readonly faults: number;
  /** What the bridge has still to do or has given up, in words for people. */
  readonly leftOver: string;
}

export interface HeldSide {
  /** A visitor each. */
  readonly talks: readonly { readonly said: readonly string[]; readonly arrived: readonly string[] }[];
  /** Messages or sends that brought what had arrived already. */
  readonly repeats: number;
  /** Answers that got lost; none where the adapter finds out what became of a call. */
  readonly mostRepeats: number;
}

/** One visitor and his agent. */
interface Talk {
  readonly visitor: string;
  readonly name: string;
  readonly words: string[];
  readonly answers: string[];
}

interface Course extends DialogueScene {
  readonly random: Random;
  readonly talks: [Talk, Talk];
}

/** Lets two visitors and their agents talk until everything has arrived, or nothing more will. */
export async function holdDialogue(vendor: DialogueVendor, options: DialogueOptions): Promise<HeldDialogue> {
  const scene = await openDialogueScene(vendor, options);
  const course: Course = { ...scene, random: createRandom(options.seed), talks: [openTalk(1), openTalk(2)] };
  try {
    for (let step = 0; step < options.messages; step++) await takeStep(course);
    await comeToAnEnd(course);
    return await report(course);
  } finally {
    await scene.close();
  }
}

function openTalk(number: number): Talk {
  return { visitor: `oSim0000000000000000000user${number}`, name: String(number), words: [], answers: [] };
}

/** Somebody says something, some time passes, and now and then something breaks. */
async function takeStep(course: Course): Promise<void> {
  const { random, talks, desk, wechat, bridge, outages } = course;
  const talk = random.pick(talks);
  const mayAnswer = desk.received(talk.visitor).length > 0;
  if (random.next() < 0.5 && mayAnswer) await answer(course, talk);
  else await write(course, talk);
  for (const outage of outages) if (random.next() < rarely) await outage.begin(random);
  if (random.next() < rarely) desk.loseToken?.();
  if (random.next() < rarely) wechat.tokens.revoke();
  if (random.next() < rarely) await bridge.restart();
  await course.pass(random.pick([0, 0, 300, 3000, 20_000]));
}

const rarely = 0.02;

async function write({ wechat, bridge }: Course, { visitor, name, words }: Talk): Promise<void> {
  const text = `客${name}说${words.length}`;
  words.push(text);
  const { verdict } = await wechat.pushText(`${bridge.url}/wechat/shop`, visitor, text);
  if (verdict.kind !== 'accepted') throw new Error(`expected a push to be acknowledged, got ${verdict.kind}`);
}

async function answer({ desk }: Course, { visitor, name, answers }: Talk): Promise<void> {
  const text = `服${name}答${answers.length}`;
  answers.push(text);
  await desk.agentSays(visitor, text);
}

/** Everybody waits, and visitors write while answers are held for them. */
async function comeToAnEnd(course: Course): Promise<void> {
  await course.calmDown();
  for (let minute = 0; minute < mostMinutes; minute++) {
    await course.pass(60_000);
    const waiting = course.talks.filter((talk) => !isHeard(course, talk) || !isAnswered(course, talk));
    if (waiting.length === 0) break;
    for (const talk of waiting) if (!isAnswered(course, talk)) await write(course, talk);
  }
  // What comes twice may come late.
  await course.pass(600_000);
}

const mostMinutes = 60;

function isHeard(course: Course, talk: Talk): boolean {
  return new Set(wordsAtVendor(course, talk)).size >= talk.words.length;
}

function isAnswered(course: Course, talk: Talk): boolean {
  return new Set(linesRead(course, talk).flat()).size >= talk.answers.length;
}

/** The words of visitors; what the bridge itself says to agents is left out. */
function wordsAtVendor({ desk }: Course, { visitor }: Talk): readonly string[] {
  return desk.received(visitor).filter((text) => text.startsWith('客'));
}

/** The lines of each send, as texts that waited together are one; what machines say is left out. */
function linesRead({ wechat }: Course, { visitor }: Talk): readonly (readonly string[])[] {
  return wechat.sends.all
    .filter(({ openid }) => openid === visitor)
    .map(({ text = '' }) => text.split('\n').filter((line) => line.startsWith('服')));
}

async function report(course: Course): Promise<HeldDialogue> {
  const { talks, bridge } = course;
  const lost = course.lostAnswers();
  const forwards = talks.map((talk) => wordsAtVendor(course, talk));
  const sends = talks.map((talk) => linesRead(course, talk));
  return {
    forwards: {
      talks: talks.map(({ words: said }, index) => ({ said, arrived: forwards[index] ?? [] })),
      repeats: countRepeats(forwards.flat().map((text) => [text])),
      mostRepeats: bridge.settles ? 0 : lost.vendor,
    },
    replies: {
      talks: talks.map(({ answers: said }, index) => ({ said, arrived: sends[index]?.flat() ?? [] })),
      repeats: countRepeats(sends.flat()),
      mostRepeats: lost.wechat,
    },
    faults: course.faults(),
    leftOver: (await bridge.leftOver()).join('\n'),
  };
}

/** How many of them bring a line that has arrived before. */
function countRepeats(sends: readonly (readonly string[])[]): number {
  const seen = new Set<string>();
  const repeats = sends.filter((lines) => {
    const isRepeat = lines.some((line) => seen.has(line));
    for (const line of lines) seen.add(line);
    return isRepeat;
  });
  return repeats.length;
}
