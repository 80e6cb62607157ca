/** The IM name that stands for an openid: `wx-` and its base32 in small letters. */
export function imNameOf(openid: string): string {
  const bits = [...Buffer.from(openid)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = bits.match(/.{1,5}/g)?.map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]);
  return `wx-${(letters ?? []).join('')}`;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
