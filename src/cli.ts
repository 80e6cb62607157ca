#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { heedEarlyStop } from './early-stop.ts';
import { keepHeapLean } from './lean-heap.ts';

enableCompileCache();

const usage = `\
usage: kefu-bridge <command>

  start --config FILE             runs the bridge
  check --config FILE [--online]  says what is wrong with a configuration; with --online it asks WeChat
                                  and the helpdesks too, without disturbing visitors or agents
  quota --config FILE [--tenant T]
                                  asks WeChat how much of its quotas is left; a running bridge corrects its limits
                                  by the answer, and ends a pause that is over
  migrate --from STORE --to STORE [--from-media FOLDER] [--to-media FOLDER]
                                  copies a store with its media into another, empty one (sqlite:PATH,
                                  postgres://…), and compares both; stop the bridge before. Media are beside the
                                  file of sqlite, and in the database with postgres, if no folder is named; of a
                                  store into itself only they are copied, to their other place
  example                         prints a configuration with every setting explained
  schema                          prints the JSON schema of the configuration, for editors
  support                         prints what each helpdesk can, as Markdown
`;

/** Runs one command; the exit status. */
async function run(args: readonly string[]): Promise<number> {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const options = {
    config: text,
    tenant: text,
    from: text,
    to: text,
    'from-media': text,
    'to-media': text,
    online: flag,
    help: flag,
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [command, ...others] = positionals;
    if (values.help) {
      process.stdout.write(usage);
      return 0;
    }
    if (others.length === 0 && command !== undefined) return await runCommand(command, values);
  } catch (error) {
    if (!isWrongCall(error)) throw error;
    process.stderr.write(`${error.message}\n\n`);
  }
  process.stderr.write(usage);
  return 2;
}

interface Values {
  readonly config?: string | undefined;
  readonly tenant?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly 'from-media'?: string | undefined;
  readonly 'to-media'?: string | undefined;
  readonly online: boolean;
}

// Each command loads what it needs: `schema` has no use for a database.
async function runCommand(command: string, values: Values): Promise<number> {
  const { config, tenant, online } = values;
  const needsConfig = command === 'start' || command === 'check' || command === 'quota';
  if (needsConfig && config === undefined) throw new WrongCall(`expected --config FILE for ${command}`);
  switch (command) {
    case 'start': {
      keepHeapLean();
      heedEarlyStop();
      const { runBridge } = await import('./start.ts');
      // Timers, sockets and the store's thread must not hold up an exit that everything has been finished for.
      return process.exit(await runBridge(config ?? '', process.env));
    }
    case 'check': {
      const { checkConfig } = await import('./check.ts');
      return checkConfig(config ?? '', { env: process.env, online, print: (line) => console.log(line) });
    }
    case 'quota': {
      const { showQuota } = await import('./quota.ts');
      return showQuota(config ?? '', { env: process.env, tenant, print: (line) => console.log(line) });
    }
    case 'migrate':
      return runMigration(values);
    case 'example': {
      const { exampleConfig } = await import('./config/example.ts');
      const { loadEverySetting } = await import('./settings.ts');
      process.stdout.write(exampleConfig(await loadEverySetting()));
      return 0;
    }
    case 'schema': {
      const { configSchema } = await import('./config/schema.ts');
      const { loadEverySetting } = await import('./settings.ts');
      console.log(JSON.stringify(configSchema(await loadEverySetting()), null, 2));
      return 0;
    }
    case 'support': {
      const { writeSupport } = await import('./support/write-support.ts');
      const { loadEverySetting } = await import('./settings.ts');
      process.stdout.write(writeSupport((await loadEverySetting()).adapters));
      return 0;
    }
    default:
      throw new WrongCall(`unknown command ${command}`);
  }
}

async function runMigration(values: Values): Promise<number> {
  const { from, to, 'from-media': fromMedia, 'to-media': toMedia } = values;
  if (from === undefined || to === undefined) {
    throw new WrongCall('expected --from STORE and --to STORE for migrate');
  }
  const { migrateStore } = await import('./migrate-store.ts');
  const print = (line: string) => console.log(line);
  const where = { from, to, fromMedia, toMedia };
  return migrateStore({ ...where, env: process.env, folder: process.cwd(), print });
}

class WrongCall extends Error {}

function isWrongCall(error: unknown): error is Error {
  if (error instanceof WrongCall) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

process.exitCode = await run(process.argv.slice(2));
