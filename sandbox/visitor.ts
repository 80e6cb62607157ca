import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { openBridgeProcess } from './bridge-process.ts';
import { helpdeskNames, makeAccount, tenantName, writeConfiguration } from './configuration.ts';
import { startWeChat } from './vendors/wechat.ts';

// A visitor in a terminal, for a helpdesk of one's own: a pretended WeChat, and the real bridge with the webhook adapter.
// What is typed is pushed, what the bridge sends is shown (adapters/webhook/README.md).

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:4000' },
    secret: { type: 'string', default: process.env.SECRET ?? '' },
    port: { type: 'string', default: '3090' },
  },
});
const publicPort = Number(values.port);
const visitor = 'oSim0000000000000000000user1';
const account = makeAccount();
const folder = await mkdtemp(join(tmpdir(), 'kefu-bridge-visitor-'));
const wechat = await startWeChat({ ...account, answerTimeoutMs: 5000 });
const { yaml, environment } = writeConfiguration({
  account,
  wechatUrl: wechat.url,
  helpdesks: {
    desk: { adapter: 'webhook', settings: { url: values.url }, secrets: { secret: values.secret } },
  },
  publicPort,
  adminPort: 0,
  store: `sqlite:${join(folder, 'bridge.db')}`,
});
const config = join(folder, 'bridge.yaml');
await writeFile(config, yaml);

const url = `http://127.0.0.1:${publicPort}`;
const bridge = openBridgeProcess({
  args: [resolve(import.meta.dirname, '../src/main.ts'), '--config', config],
  folder,
  environment,
  url,
  now: Date.now,
  onLine(line) {
    if (line.msg === 'forward.attempted')
      console.log(`  (${line.outcome}${line.code ? `: ${line.code}` : ''})`);
    if (line.msg === 'alarm.raised') console.log(`  (alarm: ${line.alarm})`);
  },
  onSelfEnd: () => void end(1, 'The bridge has ended:'),
});
await bridge.start();
if (bridge.state().status !== 'running') await new Promise(() => {}); // its end says why, and ends all
const callbackUrl = `${url}/callback/${tenantName}/${helpdeskNames.desk}`;
console.log(`Your helpdesk is called at ${values.url}, and calls ${callbackUrl}`);
console.log('Type what the visitor writes (Ctrl-C ends it).');

showSends().catch(() => undefined); // it was closed
createInterface({ input: process.stdin })
  .on('line', (text) => {
    if (text !== '') void wechat.pushText(`${url}/wechat/${tenantName}`, visitor, text);
  })
  .on('close', () => void end(0));
process.on('SIGINT', () => void end(0));

async function showSends(): Promise<never> {
  for (;;) {
    const { msgtype, text } = await wechat.nextSend(undefined, 2 ** 31 - 1);
    console.log(text === undefined ? `< [${msgtype}]` : `< ${text}`);
  }
}

async function end(status: number, why?: string): Promise<never> {
  if (why !== undefined) console.error([why, ...(bridge.state().end?.words ?? [])].join('\n'));
  await bridge.stop();
  await wechat.close();
  await rm(folder, { recursive: true, force: true });
  process.exit(status);
}
