/**
 * The emoji codes of both sides, as far as they are known: the vendor publishes a table of 342 pairs with its sample,
 * of which these are the ones that were at hand. Whatever is not in here stays readable as it is.
 */
const pairs: readonly (readonly [wechat: string, qiyu: string])[] = [
  ['/::)', '[大笑]'],
  ['/::~', '[撇嘴]'],
  ['/::B', '[色]'],
  ['/::|', '[呆]'],
  ['/::<', '[流泪]'],
  ['/::$', '[害羞]'],
  ['/::@', '[怒]'],
];

/** Turns WeChat's codes of a text into Qiyu's. */
export const toQiyuEmoji = translateBy(pairs);

/** Turns Qiyu's codes of a text into WeChat's. */
export const toWeChatEmoji = translateBy(pairs.map(([wechat, qiyu]) => [qiyu, wechat]));

/** WeChat's codes have no end mark, so the longest that fits is meant. */
function translateBy(table: readonly (readonly [string, string])[]): (text: string) => string {
  const byCode = new Map(table);
  const codes = [...byCode.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(
    codes.map((code) => code.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'),
    'g',
  );
  return (text) => text.replaceAll(pattern, (code) => byCode.get(code) ?? code);
}
