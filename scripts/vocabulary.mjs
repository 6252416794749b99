/**
 * Vocabulary of the tree: words that were given up, and the field's term that stands in their place. Read by check-layout.mjs.
 */

/** Whole words, also as parts of camelCase names. */
const GIVEN_UP = [
  [['told', 'tell', 'tells', 'telling', 'teller', 'tellings'], 'emit (windows), publish (MQTT) or notify (people)'],
  [['hear', 'hears', 'heard', 'hearing'], 'receive, last seen'],
  [['look', 'looks', 'looked', 'looking'], 'read, lookup, snapshot'],
  [['books', 'booked', 'booking'], 'shop context; recorded, attributed'],
  [['room', 'rooms'], 'node'],
  [['door', 'doors', 'doorkeeper'], 'output; deduplicator'],
  [['desk', 'herald', 'office'], 'evaluator, dispatcher, rule engine'],
  [['shelf', 'parcel'], 'store, record batch'],
  [['news', 'lying'], 'changed values; log entry'],
  [['mute', 'mutes'], 'absent'],
  [['standing'], 'active alert'],
  [['happening', 'happenings'], 'step, input'],
  [['harvest'], 'collector'],
  [['patron'], 'patron saint'],
];

/** Honest second uses: a saint, a field of the shop's form, a device, an authority, a label of the alert's form. */
const HONEST = /patron[ _]?saints?|\bpatron['"]?:|'patron'|\bdoor[ -]counters?|at the door|tax office|\bmute for\b/gi;

const BY_WORD = new Map(GIVEN_UP.flatMap(([words, instead]) => words.map((word) => [word, instead])));

/** The given-up words in a text, with their lines (from 1). Lines that carry `vocabulary-ok` are passed over: a saved field, a sender's word. */
export function givenUpWordsIn(text) {
  const found = [];
  text.split('\n').forEach((content, index) => {
    if (content.includes('vocabulary-ok')) return;
    for (const word of wordsIn(content)) if (BY_WORD.has(word)) found.push({ line: index + 1, word, instead: BY_WORD.get(word) });
  });
  return found;
}

/** "toldAt" is told and at. */
function wordsIn(content) {
  return new Set(content.replace(HONEST, '').replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase().split(/[^a-z0-9]+/));
}
