import { z } from 'zod';
import { notices } from '../model/notices.ts';
import type { ChannelDefinition } from '../ports/channel-definition.ts';
import { BridgeError } from '../ports/errors.ts';
import type { AdapterDefinition } from '../ports/helpdesk.ts';
import { webAddress, wholeNumber } from '../ports/setting-forms.ts';
import type { SettingsSchema } from '../ports/settings.ts';
import { cachePlaceForms, isCachePlace } from './cache-place.ts';
import { profileSchema } from './profile-schema.ts';
import { routingSchema } from './routing-schema.ts';
import { isStorePlace, storePlaceForms } from './store-place.ts';

/** What the configuration is told of the parts it has no knowledge of: the channel's settings, and the adapters. */
export interface Definitions<
  Channel extends SettingsSchema = SettingsSchema,
  Component extends SettingsSchema = SettingsSchema,
> {
  /** The settings of `tenants.<t>.wechat`. */
  readonly channel: Channel;
  /** The settings of `components.<name>`. */
  readonly component: Component;
  readonly adapters: readonly AdapterDefinition[];
  /** The names of all that there are, where `adapters` are not all. */
  readonly adapterNames?: readonly string[];
  /** What a tenant may have in place of `wechat`. Default: nothing. */
  readonly channels?: readonly ChannelDefinition[];
  /** The names of all that there are, where `channels` are not all. */
  readonly channelNames?: readonly string[];
}

/** The schema of the whole file: the frame, with the channel's and the adapters' settings in their places. */
export function wholeSchema(definitions: Definitions) {
  return frame
    .extend({ components: componentsSchema(definitions), tenants: tenantsSchema(definitions) })
    .superRefine((config, context) => {
      if (!listenersCollide(config.listen, config.admin)) return;
      context.addIssue({
        code: 'custom',
        path: ['admin', 'port'],
        message: 'expected another port than that of listen',
      });
    });
}

/** The name of a tenant or a helpdesk, as it stands in paths, logs and metrics. */
export const namePattern = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** Settings that the core reads of every helpdesk, whatever its adapter. */
export const helpdeskShape = {
  onUnknown: z.enum(['settle', 'retry', 'retry-once', 'ask', 'drop']).optional().meta({
    description:
      'when nobody can say whether a message arrived; default: settle where the adapter can, else retry',
    example: 'retry',
  }),
  onUnconfirmed: z.enum(['mark', 'retry']).default('mark').meta({
    description:
      'when a helpdesk that confirms messages did not confirm one in time: mark it, or try it once again',
  }),
  contextCard: z.enum(['auto', 'message', 'off']).default('auto').meta({
    description:
      'what is known of a visitor, before his first line of a session: a note where the helpdesk shows one then, a message marked as the bridge’s own (a robot would answer it), or nothing',
  }),
  retryMaxAgeSec: wholeNumber(1, 2_592_000).default(172_800).meta({
    description: 'seconds after which a message is no longer tried again',
  }),
  handoverWords: z
    .array(z.string().min(1, 'expected a word, got an empty text'))
    .default(['人工', '转人工', '人工客服', '转人工客服', 'rg'])
    .meta({ description: 'words of a visitor that ask for an agent' }),
  notices: noticesSchema('texts for visitors of this helpdesk, over those of the tenant').meta({
    example: {},
  }),
};

const frame = z.strictObject({
  listen: listenSchema('0.0.0.0', 3000).meta({
    description: 'the public listener: pushes, callbacks, media; port 0 is any free one',
  }),
  admin: adminSchema('127.0.0.1', 3001).meta({
    description: 'the admin listener: health and metrics; keep it from the outside',
  }),
  publicUrl: webAddress()
    .regex(/^[^?#@]*$/, 'expected a URL without query, fragment or password')
    .meta({
      description: 'how the outside reaches the public listener',
      example: 'https://bridge.example.com',
    }),
  store: z
    .string()
    .refine(isStorePlace, storePlaceForms)
    .default('sqlite:./data/bridge.db')
    .meta({
      description:
        'where messages are kept: sqlite:PATH, its folder is made; or postgres://USER:PASSWORD@HOST/DATABASE, ' +
        'its tables are made',
    }),
  storeConnections: wholeNumber(1, 1000).default(10).meta({
    description: 'connections of one instance to postgres at most; one more keeps its lease',
  }),
  leaseSec: wholeNumber(3, 60).default(10).meta({
    description:
      'with postgres: the conversations of an instance that says nothing for so long (it died, or hangs) go to another',
  }),
  cache: z
    .string()
    .refine(isCachePlace, cachePlaceForms)
    .optional()
    .meta({
      description:
        'where short-lived values such as access tokens are kept: memory, the default with sqlite; store, the ' +
        'default with postgres, where memory would be each bridge’s own; or redis://USER:PASSWORD@HOST:PORT ' +
        '(rediss:// with TLS) of Redis or Valkey',
      example: 'redis://cache.example.com:6379',
    }),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info').meta({
        description: 'the least important lines that are written',
      }),
    })
    .prefault({})
    .meta({ description: 'the log on stdout, one JSON line an event' }),
  network: z
    .strictObject({
      allowPrivate: z
        .array(z.union([z.cidrv4(), z.cidrv6()], { error: 'expected an address range such as 10.0.0.0/8' }))
        .default([])
        .meta({ description: 'address ranges that media fetches may reach although they are internal' }),
    })
    .prefault({})
    .meta({ description: 'what URLs that came in messages may reach; configured addresses are not touched' }),
  media: z
    .strictObject({
      maxBytes: wholeNumber(1024, 104_857_600).default(20_971_520).meta({
        description: 'largest medium that is kept, in bytes; an upload holds it whole in memory',
      }),
      keepSec: wholeNumber(60, 31_536_000).default(604_800).meta({
        description: 'seconds for which a medium is kept and its URL works',
      }),
      folder: z.string().min(1, 'expected a folder').optional().meta({
        description:
          'where media are kept; default: media beside the file of sqlite, and the database itself with postgres',
        example: './data/media',
      }),
      shared: z.boolean().default(false).meta({
        description: 'with postgres: every instance has the same folder there, such as a network disk',
      }),
    })
    .prefault({})
    .meta({ description: 'pictures, voice, video and files on their way' }),
  rawTtlSec: wholeNumber(0, 31_536_000).default(604_800).meta({
    description: 'seconds for which pushes and callbacks are kept as they came',
  }),
  historyTtlSec: wholeNumber(3600, 315_360_000).default(7_776_000).meta({
    description: 'seconds for which finished messages are kept',
  }),
  notices: noticesSchema('texts for visitors, all tenants; an empty text is silence'),
});

function componentsSchema({ component }: Definitions) {
  return z.record(nameSchema(), component).default({}).meta({
    description:
      'third-party platforms by a name of your choice (agency mode); a tenant then names one as its wechat.component',
  });
}

function tenantsSchema(definitions: Definitions) {
  const tenant = z.strictObject({
    ...channelsShape(definitions),
    helpdesks: z.record(nameSchema(), helpdeskSchema(definitions)).meta({
      description: 'the helpdesks by a name of your choice; wechat-official once at most',
    }),
    routing: routingSchema(),
    profile: profileSchema(),
    notices: noticesSchema('texts for visitors of this tenant, over those of all').meta({ example: {} }),
  });
  // For editors; the file itself is told in words, where conflicts are.
  const names = channelNames(definitions);
  const oneOf = ['wechat', ...names].map((name) => ({ required: [name] }));
  return z
    .record(nameSchema(), names.length === 0 ? tenant : tenant.meta({ oneOf }))
    .meta({ description: 'accounts and their helpdesks, by a name of your choice' });
}

/** A tenant has one channel; that it has one at all is looked at where conflicts are. */
function channelsShape(definitions: Definitions) {
  const { channel: wechat, channels = [] } = definitions;
  const meta = { description: 'the WeChat account', ...wechat.meta() };
  const names = channelNames(definitions);
  const others = names.map((name) => {
    // What no tenant has is not loaded.
    const { settings, description = name } = channels.find((known) => known.name === name) ?? {};
    const text = `${description}; in place of wechat`;
    return [name, (settings ?? nothing).optional().meta({ description: text, isAlternative: true })] as const;
  });
  return {
    wechat: names.length === 0 ? wechat.meta(meta) : wechat.optional().meta(meta),
    ...Object.fromEntries(others),
  };
}

const nothing: SettingsSchema = z.strictObject({});

/** What a tenant may have in place of `wechat`, by name. */
export function channelNames({
  channels = [],
  channelNames: all = channels.map(({ name }) => name),
}: Pick<Definitions, 'channels' | 'channelNames'>): readonly string[] {
  return all;
}

function helpdeskSchema({ adapters, adapterNames = adapters.map(({ name }) => name) }: Definitions) {
  const [first, ...others] = adapters.map(adapterSchema);
  if (first === undefined) throw new BridgeError('bug', 'expected at least one adapter definition, got none');
  const known = `expected one of the adapters ${adapterNames.join(', ')}`;
  return z.discriminatedUnion('adapter', [first, ...others], {
    error: ({ code }) => (code === 'invalid_union' ? known : undefined),
  });
}

/** The adapter's own settings with the core's beside them, in one strict object: unknown keys are unknown to both. */
function adapterSchema({ name, settings }: AdapterDefinition) {
  const twice = ['adapter', ...Object.keys(helpdeskShape)].filter((key) => key in settings.shape);
  if (twice.length > 0) {
    throw new BridgeError(
      'bug',
      `expected adapter ${name} to leave the core's settings alone: ${twice.join(', ')}`,
    );
  }
  const adapter = z.literal(name).meta({ description: 'which helpdesk it is' });
  return settings.safeExtend({ adapter, ...helpdeskShape });
}

function nameSchema() {
  return z
    .string()
    .regex(
      namePattern,
      'expected a name of 1 to 32 characters a-z, 0-9 and -, beginning with a letter or digit',
    );
}

function listenSchema(host: string, port: number) {
  return z.strictObject(listenShape(host, port)).prefault({});
}

function adminSchema(host: string, port: number) {
  const name = z
    .string()
    .regex(/^[a-zA-Z0-9.-]+$/, 'expected a name such as admin.example.com, without a port');
  return z
    .strictObject({
      ...listenShape(host, port),
      hosts: z
        .array(name)
        .default([])
        .meta({
          description:
            'names by which it may be called, beside addresses, names without a dot and that of publicUrl; a page of ' +
            'a stranger could let any other name lead here',
          example: ['admin.example.com'],
        }),
    })
    .prefault({});
}

function listenShape(host: string, port: number) {
  return {
    host: z
      .string()
      .min(1, 'expected an address')
      .default(host)
      .meta({ description: 'address to listen on' }),
    port: wholeNumber(0, 65_535).default(port).meta({ description: 'port to listen on' }),
  };
}

function noticesSchema(description: string) {
  const text = ([name, notice]: [string, { text: string; help: string }]) =>
    [name, z.string().optional().meta({ description: notice.help, example: notice.text })] as const;
  return z
    .strictObject(Object.fromEntries(Object.entries(notices).map(text)))
    .prefault({})
    .meta({ description });
}

type Address = { readonly host: string; readonly port: number };

function listenersCollide(listen: Address, admin: Address): boolean {
  const anyHost = ['0.0.0.0', '::'];
  const hostsMeet =
    listen.host === admin.host || [listen.host, admin.host].some((host) => anyHost.includes(host));
  return listen.port !== 0 && listen.port === admin.port && hostsMeet;
}
