import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Starts the machine's own Chromium with a fresh profile; says in one sentence what it needs where there is none. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

function findChromium(): string {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error('expected CHROMIUM_PATH to name a Chromium, got a path where nothing is');
  }
  const found = ['/usr/bin/chromium', ...['chromium', 'google-chrome'].flatMap(which)].find(existsSync);
  if (found !== undefined) return found;
  throw new Error(
    'expected a Chromium at CHROMIUM_PATH, /usr/bin/chromium or in PATH, got none: install the package chromium',
  );
}

function which(name: string): readonly string[] {
  try {
    return [execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()];
  } catch {
    return []; // `which` found nothing
  }
}
