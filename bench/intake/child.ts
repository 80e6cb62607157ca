import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A child process that answers each question with one message. */
export interface Child<Question, Answer> {
  readonly pid: number;
  ask(question: Question): Promise<Answer>;
  end(): Promise<void>;
}

/** Starts a module of this folder as a child; its words on stdout are thrown away. */
export function openChild<Question extends object, Answer>(
  module: string,
  args: readonly string[],
  execArgv: readonly string[] = [],
): Child<Question, Answer> {
  const child: ChildProcess = fork(new URL(module, import.meta.url), [...args], {
    execArgv: [...execArgv],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    async ask(question) {
      child.send(question);
      const message = await Promise.race([once(child, 'message'), ended]);
      if (child.exitCode !== null) throw new Error(`expected an answer of ${module}, got its end`);
      return message[0] as Answer; // the module's own message
    },
    async end() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
