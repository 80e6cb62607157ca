import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';

/** One line of the bridge's log. */
export type LogLine = { readonly msg: string } & Readonly<Record<string, unknown>>;

/** The bridge as a process of its own, started as people start it. */
export interface BridgeProcess {
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly lines: readonly LogLine[];
  /** The first line of this name, also if it has come already. */
  lineOf(msg: string): Promise<LogLine>;
  readonly process: ChildProcess;
  /** Ends it as an operator does; the exit status. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
}

/** A folder for a configuration and its store; `remove` it after the test. */
export interface Home {
  readonly folder: string;
  readonly configFile: string;
  writeConfig(config: object): void;
  remove(): void;
}

export function makeHome(): Home {
  const folder = mkdtempSync(join(tmpdir(), 'kefu-bridge-'));
  const configFile = join(folder, 'config.yaml');
  return {
    folder,
    configFile,
    writeConfig: (config) => writeFileSync(configFile, stringify(config)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The environment's name for the folder of the program in a few files, where `global-setup.ts` has made one. */
export const bundleVariable = 'TEST_BRIDGE_BUNDLE';

/** The sources as they stand: slower to start. */
export const mainSource = resolve(import.meta.dirname, '../../src/main.ts');

/** What starts the program quickest, and where its compiled code is kept. */
function quickest(): { readonly main: string; readonly env: Readonly<Record<string, string>> } {
  const folder = process.env[bundleVariable];
  if (folder === undefined) return { main: mainSource, env: {} };
  return { main: join(folder, 'main.js'), env: { NODE_COMPILE_CACHE: join(folder, 'compiled') } };
}

/** Starts it and waits until it listens; rejects with what it said on stderr if it ends before. */
export async function startBridge(
  configFile: string,
  {
    env = {},
    command,
  }: { readonly env?: Readonly<Record<string, string>>; readonly command?: readonly string[] } = {},
): Promise<BridgeProcess> {
  const quick = quickest();
  const child = spawn(process.execPath, [...(command ?? [quick.main]), '--config', configFile], {
    env: { ...process.env, ...(command ? {} : quick.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const lines: LogLine[] = [];
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const arrivals = new EventEmitter();
  createInterface(child.stdout).on('line', (text) => {
    const line = JSON.parse(text) as LogLine; // every line of the bridge is one JSON object
    lines.push(line);
    arrivals.emit(line.msg, line);
  });
  const lineOf = async (msg: string): Promise<LogLine> => {
    const known = lines.find((line) => line.msg === msg);
    if (known) return known;
    const arrived = once(arrivals, msg).then(([line]) => line as LogLine); // emitted above
    const died = ended.then(([status]) => {
      throw new Error(`expected the line ${msg}, got exit ${status}: ${complaint}`);
    });
    return Promise.race([arrived, died]);
  };
  const line = await lineOf('listening');
  return {
    publicUrl: String(line.public),
    adminUrl: String(line.admin),
    lines,
    lineOf,
    process: child,
    async stop() {
      child.kill('SIGTERM');
      const [status] = await ended;
      return status;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs it where it is expected to end by itself; what it said. */
export async function runToEnd(
  args: readonly string[],
): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [status] = await once(child, 'close');
  return { status, stdout, stderr };
}
