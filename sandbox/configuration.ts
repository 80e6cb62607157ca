import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import { type DeskName, deskNames } from './state.ts';
import type { Account } from './vendors/wechat.ts';

/** What the bridge of the sandbox is told. Secrets go by the environment, as they should in earnest. */
export interface BridgeConfiguration {
  readonly yaml: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ConfigurationParts {
  readonly account: Account;
  readonly wechatUrl: string;
  /** One, or two and the rules between them. */
  readonly helpdesks: Readonly<Partial<Record<DeskName, HelpdeskParts>>>;
  readonly routing?: object;
  readonly publicPort: number;
  readonly adminPort: number;
  readonly store: string;
}

export interface HelpdeskParts {
  readonly adapter: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** The names of the one tenant and its helpdesks, as they stand in paths. */
export const tenantName = 'shop';
export const helpdeskNames: Readonly<Record<DeskName, string>> = { desk: 'main', second: 'second' };

/** A mini-program that nobody owns, with secrets of its own for each run. */
export function makeAccount(): Account {
  return {
    appid: `wx${randomBytes(8).toString('hex')}`,
    originalId: `gh_${randomBytes(6).toString('hex')}`,
    secret: randomBytes(16).toString('hex'),
    token: randomBytes(12).toString('hex'),
    // 43 characters that are base64 of 32 bytes without the last sign.
    encodingAESKey: randomBytes(32).toString('base64').slice(0, 43).replace(/[+/]/g, 'x'),
    kind: 'miniprogram',
    mode: 'safe',
    format: 'xml',
  };
}

export function writeConfiguration(parts: ConfigurationParts): BridgeConfiguration {
  const { account, routing } = parts;
  const { secret, token, encodingAESKey, ...open } = account;
  const wechatSecrets = nameSecrets('WECHAT', { secret, token, encodingAESKey });
  const helpdesks = deskNames.flatMap((name) => {
    const helpdesk = parts.helpdesks[name];
    return helpdesk === undefined ? [] : [writeHelpdesk(helpdeskNames[name], helpdesk)];
  });
  const config = {
    listen: { host: '127.0.0.1', port: parts.publicPort },
    admin: { host: '127.0.0.1', port: parts.adminPort },
    publicUrl: `http://127.0.0.1:${parts.publicPort}`,
    store: parts.store,
    network: { allowPrivate: ['127.0.0.0/8'] }, // the agents' pictures lie on the loopback
    tenants: {
      [tenantName]: {
        wechat: { ...open, ...wechatSecrets.references, baseUrl: parts.wechatUrl },
        helpdesks: Object.fromEntries(helpdesks.map(({ name, settings }) => [name, settings])),
        ...(routing && { routing }),
      },
    },
  };
  return {
    yaml: stringify(config),
    environment: Object.assign(
      { ...wechatSecrets.environment },
      ...helpdesks.map((each) => each.environment),
    ),
  };
}

function writeHelpdesk(name: string, { adapter, settings, secrets }: HelpdeskParts) {
  const { references, environment } = nameSecrets(name.toUpperCase(), secrets);
  return { name, settings: { adapter, ...settings, ...references }, environment };
}

/** `${NAME}` for the file, and the values under these names for the environment. `callback.token` stands in `callback`. */
function nameSecrets(prefix: string, secrets: Readonly<Record<string, string>>) {
  const named = Object.entries(secrets).map(
    ([setting, value]) =>
      ({ setting, value, name: `${prefix}_${setting.toUpperCase().replaceAll('.', '_')}` }) as const,
  );
  const references: Record<string, string | Record<string, string>> = {};
  for (const { setting, name } of named) {
    const [outer = '', inner] = setting.split('.');
    const within = references[outer];
    if (inner === undefined) references[outer] = `\${${name}}`;
    else references[outer] = { ...(typeof within === 'object' && within), [inner]: `\${${name}}` };
  }
  return {
    references,
    environment: Object.fromEntries(named.map(({ name, value }) => [name, value])),
  };
}
