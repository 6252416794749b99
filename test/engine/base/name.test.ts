/** Names that read the same are one name. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cleanName } from '../../../engine/base/name.js';

describe('clean names', () => {
  const rows: readonly (readonly [what: string, sent: string, clean: string])[] = [
    ['plain', 'milano-1', 'milano-1'],
    ['composed', 'Cafe\u0301', 'Caf\u00e9'],
    ['zero widths', 'mi\u200bla\u200cno\u200d\u2060', 'milano'],
    ['a soft hyphen', 'mi\u00adlano', 'milano'],
    ['a byte order mark', '\ufeffmilano', 'milano'],
    ['marks and overrides of direction', '\u202emilano\u202c\u200e\u2066\u2069', 'milano'],
    ['a joiner between a letter and its accent', 'Cafe\u200d\u0301', 'Caf\u00e9'],
    ['a variation selector', 'Bar \u2764\ufe0f', 'Bar \u2764'],
    ['a filler', '\u3164milano\u115f', 'milano'],
    ['spaces around and between', '  via\u00a0Roma \u3000 1\u2009', 'via Roma 1'],
    ['nothing to be seen', '\u200b\u00ad \ufeff', ''],
    ['a control character, which is for others to refuse', 'mi\u0007lano', 'mi\u0007lano'],
    ['capital letters, which are to be seen', 'MILANO', 'MILANO'],
  ];
  for (const [what, sent, clean] of rows) it(what, () => { assert.equal(cleanName(sent), clean); });

  const character = fc.oneof(
    fc.constantFrom('a', 'e', 'o', ' ', '\u00e8', '\u0301', '\u0300', '\u0327', '\u200b', '\u200d', '\u00ad', '\ufeff', '\u202e', '\u2066', '\ufe0f', '\u00a0', '\u2028', '\u1100', '\u1161'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  );
  const name = fc.array(character, { maxLength: 20 }).map((parts) => parts.join(''));

  it('are clean when they are cleaned again, composed, and hold nothing invisible', () => {
    fc.assert(fc.property(name, (sent) => {
      const clean = cleanName(sent);
      assert.equal(cleanName(clean), clean);
      assert.equal(clean, clean.normalize('NFC'));
      assert.doesNotMatch(clean, /\p{Default_Ignorable_Code_Point}|^\s|\s$|\s\s/u);
    }));
  });

  it('are the same whatever form they were written in, and wherever something invisible stood', () => {
    fc.assert(fc.property(name, fc.nat(20), fc.constantFrom('\u200b', '\u00ad', '\ufeff', '\u202e'), (sent, place, invisible) => {
      const clean = cleanName(sent);
      for (const form of ['NFC', 'NFD'] as const) assert.equal(cleanName(sent.normalize(form)), clean);
      const points = Array.from(sent);
      points.splice(place, 0, invisible);
      assert.equal(cleanName(points.join('')), clean);
    }));
  });
});
