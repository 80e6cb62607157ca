import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Attempts, openAttempts } from './attempts.ts';
import { type BridgeProcess, openBridgeProcess } from './bridge-process.ts';
import { helpdeskName, makeAccount, tenantName, writeConfiguration } from './configuration.ts';
import type { Desk } from './desk.ts';
import type { Desks } from './desks.ts';
import { findFreePort } from './free-port.ts';
import { type Happenings, openHappenings } from './happenings.ts';
import { type Phones, startPhones } from './phone.ts';
import { openPictures } from './pictures.ts';
import { openStage, type SceneStage } from './stage.ts';
import { openStory } from './story.ts';
import { openTime, type Time } from './time.ts';
import type { Account } from './vendors/wechat.ts';

/** The pretended WeChat and a vendor's desk, with a bridge between them that has nothing in its store yet. */
export interface OpenScene {
  readonly stage: SceneStage;
  /** Ends the bridge and the vendors, and leaves no file behind. */
  close(): Promise<void>;
}

export interface SceneOptions {
  readonly desks: Desks;
  /** One of them. */
  readonly vendor: string;
  /** How many scenes there were before. */
  readonly number: number;
}

export async function openScene(options: SceneOptions): Promise<OpenScene> {
  const entry = options.desks[options.vendor];
  if (entry === undefined) throw new Error(`expected the name of a desk, got ${options.vendor}`);
  const time = openTime();
  const { now } = time;
  const folder = await mkdtemp(join(tmpdir(), 'kefu-bridge-sandbox-'));
  const publicPort = await findFreePort();
  const publicUrl = `http://127.0.0.1:${publicPort}`;
  const account = makeAccount();
  const phones = await startPhones(account, `${publicUrl}/wechat/${tenantName}`, now);
  const desk = await entry.start(`${publicUrl}/callback/${tenantName}/${helpdeskName}`, now);
  const happenings = openHappenings(now);
  const attempts = openAttempts();
  const story = openStory(join(folder, storeFile), { attempts, pushedAt: phones.pushedAt });
  const parts = { ...options, now, time, phones, desk, attempts, happenings };
  const bridge = await prepareBridge({ ...parts, folder, publicPort, account });
  const stage = openStage({ ...parts, bridge, story, pictures: openPictures() });
  await stage.bridge('start');
  return {
    stage,
    async close() {
      stage.close();
      await bridge.stop();
      story.close();
      await Promise.all([phones.close(), desk.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
const storeFile = 'bridge.db';
const projectFolder = fileURLToPath(new URL('../', import.meta.url));

interface BridgeParts {
  readonly folder: string;
  readonly publicPort: number;
  readonly account: Account;
  readonly phones: Phones;
  readonly desk: Desk;
  readonly now: () => number;
  readonly time: Time;
  readonly attempts: Attempts;
  readonly happenings: Happenings;
}

/** Writes its configuration; starts nothing yet. */
async function prepareBridge(parts: BridgeParts): Promise<BridgeProcess> {
  const { folder, publicPort, phones, desk } = parts;
  const { yaml, environment } = writeConfiguration({
    account: parts.account,
    wechatUrl: phones.url,
    helpdesk: { adapter: desk.vendor, settings: desk.settings, secrets: desk.secrets },
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
    onLine: parts.attempts.note,
    onSelfEnd: () => parts.happenings.note('bridgeStopped'),
  });
}
