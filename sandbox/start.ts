import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Desks, desks as everyDesk } from './desks.ts';
import { openPageServer } from './server.ts';
import type { SandboxState } from './state.ts';
import { openTurningStage } from './turning-stage.ts';

export interface SandboxOptions {
  /** Of the page; the next free one from here. 0: any free one. */
  readonly port: number;
  /** The vendor that is shown first. Default: the first of the desks. */
  readonly vendor?: string;
  /** Another one, that stands beside it, with rules between the two. Default: none. */
  readonly second?: string;
  /** Default: every one there is. */
  readonly desks?: Desks;
}

export interface Sandbox {
  /** Where the page is. */
  readonly url: string;
  state(): SandboxState;
  /** Ends the bridge, the vendors and the page, and leaves no file behind. */
  close(): Promise<void>;
}

/** Starts the pretended vendors, a real bridge between them, and the page. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { port, desks = everyDesk, vendor = Object.keys(desks)[0] ?? '', second } = options;
  const uploadFolder = await mkdtemp(join(tmpdir(), 'kefu-bridge-uploads-'));
  const stage = await openTurningStage({ desks, vendor, ...(second !== undefined && { second }) });
  const page = await openPageServer({ stage, port, uploadFolder });
  return {
    url: page.url,
    state: stage.state,
    async close() {
      await page.close();
      await stage.close();
      await rm(uploadFolder, { recursive: true, force: true });
    },
  };
}
