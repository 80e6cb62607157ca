import { translateCodes } from '../../src/formats/codes.ts';

/** The helpdesk's 35 codes (Easemob, iOS demo); what is not in here stays as it is. */
const codes: readonly (readonly [code: string, emoji: string])[] = [
  ['[):]', '😊'],
  ['[:D]', '😃'],
  ['[;)]', '😉'],
  ['[:-o]', '😮'],
  ['[:p]', '😋'],
  ['[(H)]', '😎'],
  ['[:@]', '😡'],
  ['[:s]', '😖'],
  ['[:$]', '😳'],
  ['[:(]', '😞'],
  ["[:'(]", '😭'],
  ['[:|]', '😐'],
  ['[(a)]', '😇'],
  ['[8o|]', '😬'],
  ['[8-|]', '😆'],
  ['[+o(]', '😱'],
  ['[<o)]', '🎅'],
  ['[|-)]', '😴'],
  ['[*-)]', '😕'],
  ['[:-#]', '😷'],
  ['[:-*]', '😯'],
  ['[^o)]', '😏'],
  ['[8-)]', '😑'],
  ['[(|)]', '💖'],
  ['[(u)]', '💔'],
  ['[(S)]', '🌙'],
  ['[(*)]', '🌟'],
  ['[(#)]', '🌞'],
  ['[(R)]', '🌈'],
  ['[(})]', '😚'],
  ['[({)]', '😍'],
  ['[(k)]', '💋'],
  ['[(F)]', '🌹'],
  ['[(W)]', '🍂'],
  ['[(D)]', '👍'],
];

/** Turns the helpdesk's codes of a text into Unicode, which WeChat shows. */
export const toUnicodeEmoji = translateCodes(codes);
