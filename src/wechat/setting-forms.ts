import { z } from 'zod';
import { webAddress } from '../ports/setting-forms.ts';

/** Forms that settings of accounts and of components share, each with what would be right in words. */
export function accountId() {
  return z.string().regex(/^wx[0-9a-f]{16}$/, 'expected wx and 16 hexadecimal digits');
}

export function apiAddress(address = 'https://api.weixin.qq.com') {
  return webAddress().default(address);
}

export function pushToken() {
  return z.string().regex(/^[A-Za-z0-9]{3,32}$/, 'expected 3 to 32 letters or digits');
}

export function pushKey() {
  return z.string().regex(/^[A-Za-z0-9]{43}$/, 'expected 43 letters or digits');
}
