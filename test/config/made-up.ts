import { z } from 'zod';
import { formatFaults } from '../../src/config/faults.ts';
import type { Definitions } from '../../src/config/frame.ts';
import { type LoadResult, readConfig, type Sources } from '../../src/config/load.ts';
import type { AdapterDefinition } from '../../src/ports/helpdesk.ts';

/** A channel and two adapters that no vendor has. */
export const channel = z
  .strictObject({
    appid: z
      .string()
      .regex(/^wx\d+$/, 'expected wx and digits')
      .meta({ description: 'the AppID', example: 'wx1' }),
    secret: z.string().min(8).meta({ description: 'the AppSecret', secret: true, example: `\${SECRET}` }),
    previousSecrets: z
      .array(z.string().min(8))
      .default([])
      .meta({ description: 'earlier ones', secret: true }),
    key: z.string().optional().meta({ description: 'the key', secret: true, example: `\${KEY}` }),
    mode: z.enum(['plain', 'safe']).default('plain').meta({ description: 'how pushes come' }),
    component: z.string().optional().meta({ description: 'the platform', example: 'agency' }),
  })
  .superRefine(({ mode, key }, context) => {
    if (mode === 'safe' && key === undefined) {
      context.addIssue({ code: 'custom', path: ['key'], message: 'expected the key, as mode is safe' });
    }
  });

export const component = z.strictObject({
  appid: z.string().meta({ description: 'its AppID', example: 'wx9' }),
  secret: z.string().meta({ description: 'its AppSecret', secret: true, example: `\${KEY}` }),
});

export const definitions: Definitions<typeof channel, typeof component> = {
  channel,
  component,
  adapters: [
    madeUpAdapter(
      'acme',
      z.strictObject({
        appKey: z.string().min(1).meta({ description: 'the key', secret: true, example: `\${ACME_KEY}` }),
        greets: z.boolean().default(true).meta({ description: 'whether it greets' }),
        qps: z
          .strictObject({ each: z.int().min(1).default(5).meta({ description: 'calls a second' }) })
          .prefault({})
          .meta({ description: 'limits' }),
        source: z
          .union(
            [
              z.enum(['near', 'far']),
              z.strictObject({
                url: z.url().meta({ description: 'where it is' }),
                password: z.string().optional().meta({ description: 'its password', secret: true }),
              }),
            ],
            { error: 'expected near, far or { url }' },
          )
          .optional()
          .meta({ description: 'where it comes from', example: 'near' }),
        staffId: z.int().optional().meta({ description: 'whom to ask for', example: 12 }),
      }),
    ),
    madeUpAdapter(
      'bell',
      z.strictObject({ room: z.string().meta({ description: 'the room', example: 'hall' }) }),
    ),
    { ...madeUpAdapter('own-agents', z.strictObject({})), handsOver: true },
  ],
};

/** The same, where each adapter is loaded when it is named. */
export const sources: Sources<typeof channel, typeof component> = {
  channel,
  component,
  adapters: Object.fromEntries(
    definitions.adapters.map((definition) => [definition.name, async () => definition]),
  ),
};

export const good = `publicUrl: https://bridge.example.com
tenants:
  shop:
    wechat:
      appid: wx1
      secret: \${SECRET}
    helpdesks:
      main:
        adapter: acme
        appKey: \${ACME_KEY}
`;

export const env = { SECRET: 'sesame-open', ACME_KEY: 'k-1', KEY: 'k-2' };

/** Reads a text as the file `c.yaml`; `files` is what `${file:…}` finds. */
export function read(
  text: string,
  {
    variables = env,
    files = {},
  }: { variables?: Record<string, string>; files?: Record<string, string> } = {},
): LoadResult<z.output<typeof channel>, z.output<typeof component>> {
  const source = {
    variable: (name: string) => variables[name],
    file: (path: string) => {
      const content = files[path];
      return content === undefined
        ? ({ kind: 'unreadable', code: 'ENOENT' } as const)
        : ({ kind: 'text', text: content } as const);
    },
  };
  return readConfig({ file: 'c.yaml', text, source }, definitions);
}

/** The faults as the operator sees them, one a line. */
export function faultLines(text: string, options?: Parameters<typeof read>[1]): readonly string[] {
  const result = read(text, options);
  return result.kind === 'faults' ? formatFaults(result.faults).split('\n') : [];
}

function madeUpAdapter(name: string, settings: z.ZodObject): AdapterDefinition {
  return {
    name,
    settings,
    create: () => {
      throw new Error('never called');
    },
  };
}
