import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Attempts, openAttempts } from './attempts.ts';
import { type BridgeProcess, openBridgeProcess } from './bridge-process.ts';
import { helpdeskName, makeAccount, tenantName, writeConfiguration } from './configuration.ts';
import type { Desk } from './desk.ts';
import { findFreePort } from './free-port.ts';
import { type Happenings, openHappenings } from './happenings.ts';
import { type Phones, startPhones } from './phone.ts';
import { openPictures } from './pictures.ts';
import { startQiyuDesk } from './qiyu-desk.ts';
import { openPageServer } from './server.ts';
import { openStage } from './stage.ts';
import type { SandboxState } from './state.ts';
import { openStory } from './story.ts';
import { openTime, type Time } from './time.ts';
import type { Account } from './vendors/wechat.ts';

export interface SandboxOptions {
  /** Of the page; the next free one from here. 0: any free one. */
  readonly port: number;
}

export interface Sandbox {
  /** Where the page is. */
  readonly url: string;
  state(): SandboxState;
  /** Ends the bridge, the vendors and the page, and leaves no file behind. */
  close(): Promise<void>;
}

/** Starts the pretended vendors, a real bridge between them, and the page. */
export async function startSandbox({ port }: SandboxOptions): Promise<Sandbox> {
  const time = openTime();
  const { now } = time;
  const folder = await mkdtemp(join(tmpdir(), 'kefu-bridge-sandbox-'));
  const publicPort = await findFreePort();
  const publicUrl = `http://127.0.0.1:${publicPort}`;
  const account = makeAccount();
  const phones = await startPhones(account, `${publicUrl}/wechat/${tenantName}`, now);
  const desk = await startQiyuDesk(`${publicUrl}/callback/${tenantName}/${helpdeskName}`, now);
  const happenings = openHappenings(now);
  const attempts = openAttempts();
  const story = openStory(join(folder, storeFile), { attempts, pushedAt: phones.pushedAt });
  const parts = { now, time, phones, desk, attempts, happenings };
  const bridge = await prepareBridge({ ...parts, folder, publicPort, account });
  const stage = openStage({ ...parts, bridge, story, pictures: openPictures() });
  const page = await openPageServer({ stage, port, uploadFolder: folder });
  await stage.bridge('start');
  return {
    url: page.url,
    state: stage.state,
    async close() {
      stage.close();
      await page.close();
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
