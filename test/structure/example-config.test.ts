import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exampleConfig } from '../../src/config/example.ts';
import { loadEverySetting } from '../../src/settings.ts';

test('config.example.yaml is what the settings say (npm run example writes it)', async () => {
  expect(readFileSync('config.example.yaml', 'utf8')).toBe(exampleConfig(await loadEverySetting()));
});
