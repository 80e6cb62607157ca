import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { BridgeState } from './state.ts';
import { type JsonRecord, readJsonRecord } from './vendors/json.ts';

export interface BridgeProcessOptions {
  /** What follows `node`. */
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where it will listen: the same after every start. */
  readonly url: string;
  readonly now: () => number;
  /** How far its clock is moved on, where it has one that can be moved: it is told at each start. */
  readonly movedMs?: () => number;
  /** Called with each line of its log. */
  readonly onLine: (line: JsonRecord) => void;
  /** Called when it has ended and nobody had asked for it. */
  readonly onSelfEnd: () => void;
}

/** The bridge as a child process that can be started, stopped and killed as often as one likes. */
export interface BridgeProcess {
  state(): BridgeState;
  /** Resolves when it listens, or has ended. */
  start(): Promise<void>;
  /** SIGKILL: nothing can be finished or put back. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL when its patience is over. Resolves when it is gone. */
  stop(): Promise<void>;
  /** Moves its clock on, so far in all. Resolves when it has, or there is none. */
  moveClock(movedMs: number): Promise<void>;
}

const keptWords = 20;
/** The bridge promises to be gone within 10 seconds. */
const stopTimeoutMs = 12_000;

export function openBridgeProcess(options: BridgeProcessOptions): BridgeProcess {
  let state: BridgeState = { status: 'stopped', url: options.url, since: options.now(), starts: 0 };
  let running: Running | undefined;
  const enter = (changes: Partial<BridgeState>) => {
    state = { ...state, ...changes, since: options.now() };
  };
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (running === undefined) return;
    enter({ status: 'stopping' });
    running.child.kill(signal);
    await running.gone;
  }

  return {
    state: () => state,
    async start() {
      if (running !== undefined) return;
      const started = run(options);
      running = started;
      enter({ status: 'starting', pid: started.child.pid ?? 0, starts: state.starts + 1 });
      const gone = started.gone.then((end) => {
        const isAsked = state.status === 'stopping';
        running = undefined;
        enter({ status: 'stopped', end });
        if (!isAsked) options.onSelfEnd();
      });
      const up = started.up.then(() => {
        if (state.status === 'starting') enter({ status: 'running' });
      });
      await Promise.race([up, gone]);
    },
    kill: () => end('SIGKILL'),
    async stop() {
      const late = setTimeout(() => running?.child.kill('SIGKILL'), stopTimeoutMs);
      await end('SIGTERM');
      clearTimeout(late);
    },
    async moveClock(movedMs) {
      if (running === undefined) return;
      const { child, gone } = running;
      const moved = new Promise((resolve) => child.once('message', resolve));
      child.send({ movedMs }, () => {}); // a process that is going hears nothing, and is gone soon
      await Promise.race([moved, gone]);
    },
  };
}

interface Running {
  readonly child: ChildProcess;
  /** It accepts work. */
  readonly up: Promise<void>;
  readonly gone: Promise<NonNullable<BridgeState['end']>>;
}

function run({ args, folder, environment, movedMs, onLine }: BridgeProcessOptions): Running {
  const moved = movedMs === undefined ? [] : ['--moved-ms', String(movedMs())];
  const child = spawn(process.execPath, [...args, ...moved], {
    cwd: folder,
    // Nothing of ours but what a process needs: the bridge is to be told everything by its file and these.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', movedMs === undefined ? 'ignore' : 'ipc'],
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('expected pipes from the bridge');
  const words: string[] = [];
  const keepWords = (text: string) => {
    words.push(text);
    if (words.length > keptWords) words.shift();
  };
  const up = new Promise<void>((resolve) => {
    createInterface({ input: stdout }).on('line', (text) => {
      const line = readJsonRecord(text);
      if (line === undefined) return keepWords(text);
      if (line.msg === 'listening') resolve();
      onLine(line);
    });
  });
  createInterface({ input: stderr }).on('line', keepWords);
  child.once('error', (error) => keepWords(error.message));
  const gone = new Promise<NonNullable<BridgeState['end']>>((resolve) => {
    child.once('close', (status, signal) =>
      resolve({ ...(signal !== null && { signal }), ...(status !== null && { status }), words }),
    );
  });
  return { child, up, gone };
}
