import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { listen } from '../../src/intake/listener.ts';
import { configOf, ofImage, published, readYaml } from './files.ts';

const service = z.object({
  extends: z.object({ file: z.string(), service: z.string() }).optional(),
  image: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
});
const compose = z.object({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()).default({}),
  networks: z.record(z.string(), z.unknown()).default({}),
  secrets: z.record(z.string(), z.object({ file: z.string() })).default({}),
});
type Service = z.output<typeof service>;

/** A file as it is started: what its services extend is put in. */
function readCompose(file: string) {
  const { services, ...rest } = compose.parse(readYaml(join('deploy', file)));
  const whole = Object.entries(services).map(([name, own]): [string, Service] => {
    if (own.extends === undefined) return [name, own];
    const base = readCompose(own.extends.file).services[own.extends.service];
    if (base === undefined) throw new Error(`expected a service ${own.extends.service}`);
    const given = Object.entries(own).filter(([, value]) => Object.keys(value ?? {}).length > 0);
    return [name, { ...base, ...Object.fromEntries(given) }];
  });
  return { ...rest, services: Object.fromEntries(whole) };
}

function serviceOf(file: string, name: string): Service {
  const found = readCompose(file).services[name];
  if (found === undefined) throw new Error(`expected a service ${name} in ${file}`);
  return found;
}

const files = ['compose.yaml', 'compose.sqlite.yaml'];

describe.each(files)('deploy/%s', (file) => {
  const { services, volumes, networks } = readCompose(file);
  const bridge = serviceOf(file, 'bridge');
  const proxy = serviceOf(file, 'proxy');

  test.each(Object.entries(services))('keeps %s from what it does not need', (_, each) => {
    expect(each).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(each.image).toMatch(/^[\w/-]+:\d+(\.\d+)*$/);
  });

  test('starts the version that lies here', () => {
    expect(bridge.image).toBe(`kefu-bridge:${published.version}`);
  });

  test('declares the volumes and networks that its services use', () => {
    const all = Object.values(services);
    const used = all.flatMap((each) => each.volumes).map((volume) => volume.split(':')[0] ?? '');
    expect(used.filter((name) => !name.startsWith('.')).every((name) => name in volumes)).toBe(true);
    expect(all.flatMap((each) => each.networks).every((name) => name in networks)).toBe(true);
    const places = used.filter((name) => name.startsWith('.') && name !== './secrets');
    expect(places.filter((place) => !existsSync(join('deploy', place)))).toEqual([]);
  });

  test('gives the bridge a configuration, and the variables that it names', () => {
    const [command, option, path = ''] = bridge.command ?? [];
    expect([command, option]).toEqual(['start', '--config']);
    const own = path.replace('/etc/kefu-bridge/', 'deploy/config/');
    const variables = [...readFileSync(own, 'utf8').matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
    expect(variables).toEqual(['BRIDGE_DOMAIN']);
    expect(Object.keys(bridge.environment)).toEqual(variables);
    expect(bridge.volumes).toEqual([
      './config:/etc/kefu-bridge:ro',
      './secrets:/run/secrets:ro',
      'data:/data',
    ]);
  });

  test('publishes the proxy alone, which leads to the public listener', async () => {
    const { listen } = await configOf('deploy/config/sqlite.yaml');
    const open = Object.entries(services).filter(([, { ports }]) => ports.length > 0);
    expect(open.map(([name]) => name)).toEqual(['proxy']);
    expect(proxy.environment.BRIDGE_UPSTREAM).toBe(`bridge:${listen.port}`);
    expect(ofImage('EXPOSE').args).toBe(String(listen.port));
  });

  test('gives the bridge longer than the ten seconds that a stop may take', () => {
    expect(Number.parseInt(bridge.stop_grace_period ?? '', 10)).toBeGreaterThan(10);
  });
});

describe('deploy/compose.yaml', () => {
  const postgres = serviceOf('compose.yaml', 'postgres');

  test('makes the database that the configuration names, and starts no bridge before it', async () => {
    const { store } = await configOf('deploy/config/postgres.yaml');
    const { hostname, username, pathname } = new URL(store.kind === 'postgres' ? store.url : '');
    expect(hostname).toBe('postgres');
    expect(postgres.environment).toMatchObject({ POSTGRES_USER: username, POSTGRES_DB: pathname.slice(1) });
    expect(postgres.healthcheck?.test).toEqual(
      expect.arrayContaining([`--username=${username}`, `--dbname=${pathname.slice(1)}`]),
    );
    const { depends_on } = serviceOf('compose.yaml', 'bridge');
    expect(depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  });

  test('gives both the same password, from one file', () => {
    const { secrets } = readCompose('compose.yaml');
    expect(secrets).toEqual({ postgres_password: { file: './secrets/postgres_password' } });
    expect(postgres.secrets).toEqual(['postgres_password']);
    expect(postgres.environment.POSTGRES_PASSWORD_FILE).toBe('/run/secrets/postgres_password');
    const configuration = readFileSync('deploy/config/postgres.yaml', 'utf8');
    expect(configuration).toContain(`:\${file:${postgres.environment.POSTGRES_PASSWORD_FILE}}@`);
  });

  test('lets nobody but the bridge reach the database, and the database nobody', () => {
    expect(readCompose('compose.yaml').networks.back).toEqual({ internal: true });
    expect(postgres.networks).toEqual(['back']);
    expect(serviceOf('compose.yaml', 'bridge').networks).toEqual(['front', 'back']);
    expect(serviceOf('compose.yaml', 'proxy').networks).toEqual(['front']);
  });
});

describe('the proxies', () => {
  test('lead to the public listener, never to the other', async () => {
    const { listen, admin } = await configOf('deploy/config/sqlite.yaml');
    const [caddy, nginx] = ['deploy/Caddyfile', 'deploy/nginx.conf'].map((file) =>
      readFileSync(file, 'utf8'),
    );
    expect(caddy).toContain(`reverse_proxy {$BRIDGE_UPSTREAM:127.0.0.1:${listen.port}} {`);
    expect(nginx).toContain(`proxy_pass http://127.0.0.1:${listen.port};`);
    expect(`${caddy}${nginx}`).not.toContain(String(admin.port));
  });

  test('are given the variables that the Caddyfile names', () => {
    const named = [...readFileSync('deploy/Caddyfile', 'utf8').matchAll(/\{\$(\w+)/g)];
    const { environment } = serviceOf('compose.yaml', 'proxy');
    expect(Object.keys(environment)).toEqual(named.map(([, name]) => name));
  });

  test('end an idle connection before the bridge does', async () => {
    const listener = await listen(new Koa(), { host: '127.0.0.1', port: 0 });
    const [, bridge] =
      /timeout=(\d+)/.exec((await fetch(listener.url)).headers.get('keep-alive') ?? '') ?? [];
    await listener.close(100);
    const [, caddy] = /keepalive (\d+)s/.exec(readFileSync('deploy/Caddyfile', 'utf8')) ?? [];
    expect(Number(caddy)).toBeLessThan(Number(bridge));
    // The idle time of nginx's connections to its upstreams, of its ingress, and of most load balancers.
    expect(Number(bridge)).toBeGreaterThan(60);
  });

  test('give up before WeChat does, after five seconds', () => {
    const caddy = readFileSync('deploy/Caddyfile', 'utf8');
    const [, tries] = /lb_try_duration (\d+)s/.exec(caddy) ?? [];
    const [, dial] = /dial_timeout (\d+)s/.exec(caddy) ?? [];
    expect(Number(tries) + Number(dial)).toBeLessThan(5);
    const [, connect] = /proxy_connect_timeout (\d+)s/.exec(readFileSync('deploy/nginx.conf', 'utf8')) ?? [];
    expect(Number(connect)).toBeLessThan(5);
  });
});
