import { translateCodes } from '../../src/formats/codes.ts';

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
export const toQiyuEmoji = translateCodes(pairs);

/** Turns Qiyu's codes of a text into WeChat's. */
export const toWeChatEmoji = translateCodes(pairs.map(([wechat, qiyu]) => [qiyu, wechat]));
