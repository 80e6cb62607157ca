import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { account, qiyuKeys } from '../test/bridge/account.ts';
import { type BridgeScene, openScene } from '../test/bridge/scene.ts';
import { type FuzzReport, fire } from '../test/fuzz/fire.ts';
import { accounts, tenantsFor } from '../test/fuzz/target.ts';
import { median, writeTable } from './numbers.ts';

/** The memory is looked at after each share. */
const shares = 10;
/** From the middle of the first half to that of the second: what leaks goes on growing, a heap that is collected late does not. */
const mostGrowthMegabytes = 64;
const mostShown = 10;
/** What waits in the lanes at the end goes first. */
const roundTripMs = 120_000;

/** Errors of the bridge's own; `alarm.raised` and dead letters are what some cases ask for. */
const faults: ReadonlySet<string> = new Set([
  'request.failed',
  'adapter.threw',
  'turn.failed',
  'sweep.failed',
  'push.unanswered',
  'callback.unanswered',
]);

/**
 * Broken, forged and strange requests over HTTP at the real bridge, which forwards what it takes: no crash, no status
 * from 500, no growth of memory, and a round trip at the end.
 */
export async function benchFuzz(args: readonly string[]): Promise<number> {
  const whole = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { cases: { ...whole, default: '100000' }, seed: { ...whole, default: '1' } },
  });
  const [cases, seed] = [Number(values.cases), Number(values.seed)];
  if (!Number.isSafeInteger(cases) || !Number.isSafeInteger(seed)) {
    throw new Error('expected --cases and --seed to be whole numbers');
  }
  const scene = await openFuzzScene();
  try {
    const { bridge } = scene;
    const target = { url: bridge.publicUrl, accounts, appSecret: qiyuKeys.appSecret };
    const reports: FuzzReport[] = [];
    const memory: number[] = [];
    const share = Math.ceil(cases / shares);
    for (let fired = 0; fired < cases; fired += share) {
      reports.push(await fire(target, { cases: Math.min(share, cases - fired), seed: seed + fired }));
      memory.push(residentMegabytes(bridge.process.pid));
    }
    return await judge(scene, { reports, memory });
  } finally {
    await scene.close();
  }
}

/** The usual scene, but with a tenant of every mode and format beside its own. */
async function openFuzzScene(): Promise<BridgeScene> {
  const scene = await openScene({
    qiyu: {
      record: false,
      perInterfaceRate: Number.POSITIVE_INFINITY,
      perTenantRate: Number.POSITIVE_INFINITY,
    },
    wechat: { record: false },
  });
  const ports = { listen: portOf(scene.bridge.publicUrl), admin: portOf(scene.bridge.adminUrl) };
  const urls = { wechat: scene.wechat.url, qiyu: scene.qiyu.url };
  const shop = {
    wechat: { ...account, baseUrl: urls.wechat },
    helpdesks: helpdesksFor(urls.qiyu),
  };
  await scene.bridge.stop();
  scene.home.writeConfig({
    listen: { host: '127.0.0.1', port: ports.listen },
    admin: { host: '127.0.0.1', port: ports.admin },
    publicUrl: 'http://127.0.0.1',
    log: { level: 'error' },
    tenants: { ...tenantsFor(urls), shop },
  });
  await scene.restart();
  return scene;
}

function helpdesksFor(baseUrl: string): object {
  return { main: { adapter: 'qiyu', ...qiyuKeys, baseUrl, qps: { perInterface: 1000, perTenant: 1000 } } };
}

async function judge(
  scene: BridgeScene,
  run: { readonly reports: readonly FuzzReport[]; readonly memory: readonly number[] },
): Promise<number> {
  const findings = run.reports.flatMap((report) => report.findings);
  for (const { seed, status, request } of findings.slice(0, mostShown)) {
    const { method, path } = request;
    process.stdout.write(`seed ${seed}: ${method} ${path} was answered ${status || 'with nothing'}\n`);
  }
  const { lines } = scene.bridge;
  const own = lines.filter(({ msg }) => faults.has(msg));
  for (const line of own.slice(0, mostShown)) process.stdout.write(`${JSON.stringify(line)}\n`);
  const isAlive = await makesRoundTrip(scene);
  const growth = median(run.memory.slice(shares / 2)) - median(run.memory.slice(0, shares / 2));
  process.stdout.write(
    writeTable([
      ...Object.entries(sumStatuses(run.reports)).map(([status, count]) => [`status ${status}`, count]),
      ['findings', findings.length],
      ['faults logged', own.length],
      [`memory after each ${Math.round(100 / shares)} % (MiB)`, run.memory.map(Math.round).join(' ')],
      ['growth from half to half (MiB)', Math.round(growth)],
      ['still makes a round trip', isAlive ? 'yes' : 'NO'],
    ]),
  );
  const isSound = findings.length === 0 && own.length === 0 && isAlive && growth <= mostGrowthMegabytes;
  return isSound ? 0 : 1;
}

function sumStatuses(reports: readonly FuzzReport[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const [status, count] of reports.flatMap(({ statuses }) => Object.entries(statuses))) {
    sums[status] = (sums[status] ?? 0) + count;
  }
  return sums;
}

async function makesRoundTrip({ wechat, qiyu, pushUrl }: BridgeScene): Promise<boolean> {
  const visitor = 'oFuzzRoundTrip00000000000001';
  try {
    const arrived = qiyu.nextMessage(({ uid }) => uid === visitor, roundTripMs);
    const returned = wechat.nextSend(({ text }) => text === '有货的', roundTripMs);
    await wechat.pushText(pushUrl, visitor, '还有货吗？');
    await arrived;
    await qiyu.agentSays(visitor, '有货的');
    await returned;
    return true;
  } catch {
    return false; // told in the table
  }
}

function residentMegabytes(pid = 0): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return (pages * 4096) / 2 ** 20;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
