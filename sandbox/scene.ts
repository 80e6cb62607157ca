import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Attempts, openAttempts } from './attempts.ts';
import { type BridgeProcess, openBridgeProcess } from './bridge-process.ts';
import { helpdeskNames, makeAccount, tenantName, writeConfiguration } from './configuration.ts';
import { type Decisions, openDecisions } from './decisions.ts';
import type { Desks } from './desks.ts';
import { findFreePort } from './free-port.ts';
import { type Happenings, openHappenings } from './happenings.ts';
import { type Phones, startPhones } from './phone.ts';
import { openPictures } from './pictures.ts';
import { routingSettings } from './routing.ts';
import { openStage, type SceneStage, type StandingDesk } from './stage.ts';
import { openStory } from './story.ts';
import { openTime, type Time } from './time.ts';
import type { Account } from './vendors/wechat.ts';

/** The pretended WeChat and one or two vendors' desks, with a bridge between them that has nothing in its store yet. */
export interface OpenScene {
  readonly stage: SceneStage;
  /** Ends the bridge and the vendors, and leaves no file behind. */
  close(): Promise<void>;
}

export interface SceneOptions {
  readonly desks: Desks;
  /** One of them. */
  readonly vendor: string;
  /** Another of them, where two stand side by side. */
  readonly second?: string;
  /** How many scenes there were before. */
  readonly number: number;
}

export async function openScene(options: SceneOptions): Promise<OpenScene> {
  const time = openTime();
  const { now } = time;
  const folder = await mkdtemp(join(tmpdir(), 'kefu-bridge-sandbox-'));
  const publicPort = await findFreePort();
  const publicUrl = `http://127.0.0.1:${publicPort}`;
  const account = makeAccount();
  const phones = await startPhones(account, `${publicUrl}/wechat/${tenantName}`, now);
  const desks = await startDesks(options, publicUrl, now);
  const happenings = openHappenings(now);
  const attempts = openAttempts();
  const story = openStory(join(folder, storeFile), { attempts, pushedAt: phones.pushedAt });
  const decisions = openDecisions();
  const common = { now, time, phones, desks, attempts, happenings, decisions };
  const parts = { ...common, vendors: options.desks, number: options.number };
  const bridge = await prepareBridge({ ...parts, folder, publicPort, account });
  const stage = openStage({ ...parts, bridge, story, pictures: openPictures() });
  await stage.bridge('start');
  return {
    stage,
    async close() {
      stage.close();
      await bridge.stop();
      story.close();
      await Promise.all([phones.close(), ...desks.map(({ desk }) => desk.close())]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Each calls the bridge back at an address of its own. */
async function startDesks(
  { desks, vendor, second }: SceneOptions,
  publicUrl: string,
  now: () => number,
): Promise<readonly StandingDesk[]> {
  const chosen = [
    { name: 'desk', vendor } as const,
    ...(second === undefined ? [] : [{ name: 'second', vendor: second } as const]),
  ];
  return Promise.all(
    chosen.map(async (each) => {
      const entry = desks[each.vendor];
      if (entry === undefined) throw new Error(`expected the name of a desk, got ${each.vendor}`);
      const callbackUrl = `${publicUrl}/callback/${tenantName}/${helpdeskNames[each.name]}`;
      return { ...each, desk: await entry.start(callbackUrl, now) };
    }),
  );
}

const storeFile = 'bridge.db';
const projectFolder = fileURLToPath(new URL('../', import.meta.url));

interface BridgeParts {
  readonly folder: string;
  readonly publicPort: number;
  readonly account: Account;
  readonly phones: Phones;
  readonly desks: readonly StandingDesk[];
  readonly now: () => number;
  readonly time: Time;
  readonly attempts: Attempts;
  readonly happenings: Happenings;
  readonly decisions: Decisions;
}

/** Writes its configuration; starts nothing yet. */
async function prepareBridge(parts: BridgeParts): Promise<BridgeProcess> {
  const { folder, publicPort, phones, desks, attempts, decisions } = parts;
  const { yaml, environment } = writeConfiguration({
    account: parts.account,
    wechatUrl: phones.url,
    helpdesks: Object.fromEntries(
      desks.map(({ name, desk: { vendor, settings, secrets } }) => [
        name,
        { adapter: vendor, settings, secrets },
      ]),
    ),
    ...(desks.length > 1 && { routing: routingSettings }),
    publicPort,
    adminPort: await findFreePort(),
    store: `sqlite:./${storeFile}`,
  });
  const file = join(folder, 'config.yaml');
  await writeFile(file, yaml);
  return openBridgeProcess({
    args: ['sandbox/bridge-main.ts', '--config', file],
    folder: projectFolder,
    environment,
    url: `http://127.0.0.1:${publicPort}`,
    now: parts.now,
    movedMs: () => parts.time.movedMs,
    onLine(line) {
      attempts.note(line);
      decisions.note(line);
    },
    onSelfEnd: () => parts.happenings.note('bridgeStopped'),
  });
}
