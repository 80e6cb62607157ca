import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.ts';
import { settings } from '../../src/settings.ts';

/** The package as it is published. */
export const published = z
  .object({
    version: z.string(),
    files: z.array(z.string()),
    bin: z.record(z.string(), z.string()),
    scripts: z.record(z.string(), z.string()),
    engines: z.object({ node: z.string() }),
  })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

/** A YAML file of one document, which has to be in order. */
export function readYaml(file: string): unknown {
  const document = parseDocument(readFileSync(file, 'utf8'));
  if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join(', ')}`);
  return document.toJS();
}

/** One instruction of a Dockerfile; `flags` are what stands before its arguments as `--name=value`. */
export interface Instruction {
  readonly name: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly args: string;
}

/** The stages of the Dockerfile in their order, each with its FROM; what stands before the first is in none. */
export function readStages(): readonly (readonly Instruction[])[] {
  const text = readFileSync('Dockerfile', 'utf8');
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  const instructions = lines.filter((line) => line !== '').map(readInstruction);
  const starts = instructions.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
  return starts.map((start, place) => instructions.slice(start, starts[place + 1]));
}

/** What all stages are made from. */
export function baseImage(): string {
  return /^ARG NODE_IMAGE=(\S+)$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1] ?? '';
}

/** Of the image's own stage, the arguments of an instruction that it has once. */
export function ofImage(name: string): Instruction {
  const found = readStages()
    .at(-1)
    ?.filter((instruction) => instruction.name === name);
  const [only, other] = found ?? [];
  if (only === undefined || other !== undefined) throw new Error(`expected one ${name} in the image`);
  return only;
}

/** An instruction's arguments where they are a list. */
export function listOf({ args }: Instruction): readonly string[] {
  return z.array(z.string()).parse(JSON.parse(args.replace(/^CMD /, '')));
}

function readInstruction(line: string): Instruction {
  const [, name = '', given = '', args = ''] = /^(\w+)\s+((?:--\S+\s+)*)(.*)$/.exec(line) ?? [];
  const flags = [...given.matchAll(/--([\w-]+)=(\S+)/g)].map(([, flag = '', value = '']) => [flag, value]);
  return { name, flags: Object.fromEntries(flags), args };
}

/** Where the files are that a configuration of `deploy` names for its secrets, by name. */
const secretReference = /\$\{file:(\/run\/secrets\/[^}]+)\}/g;

export function secretFilesOf(file: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(secretReference)].map(([, path = '']) => path);
}

/** What a real secret could look like, by the last part of its file's name. */
function madeUp(name: string): string {
  if (name === 'store') return 'postgres://bridge:sesame@db.example.com/kefu';
  return name.endsWith('push_key') || name.endsWith('push-key') ? 'k'.repeat(43) : 'a1'.repeat(16);
}

/** Loads a configuration of `deploy` as a bridge does, each of its secrets in a file of its own. */
export async function loadDeployed(file: string, env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'kefu-deploy-'));
  try {
    const text = readFileSync(file, 'utf8').replace(secretReference, (_, path: string) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      writeFileSync(join(folder, name), `${madeUp(name)}\n`);
      return `\${file:${name}}`;
    });
    const copy = join(folder, 'config.yaml');
    writeFileSync(copy, text);
    return await loadConfig(copy, env, settings);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same where there is nothing to be said against it. */
export async function configOf(file: string) {
  const loaded = await loadDeployed(file, { BRIDGE_DOMAIN: 'bridge.example.com' });
  if (loaded.kind === 'faults') throw new Error(JSON.stringify(loaded.faults));
  return loaded.config;
}
