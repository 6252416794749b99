/**
 * Names that are one too many: what they belong to is kept as a dead letter, and goes in again once there are fewer of them, or more allowed.
 */
import type { ErrorRows } from './row.js';

/** Rules of a shop's names. */
export const LIMITS = {
  'store.tooMany': {
    status: [422],
    en: [
      'A store that nobody declared, and there are too many of them',
      'List it in the shop node if it is one, else correct what the sender sends as the store; `bottega-store stores` merges and retires names. '
      + 'Then send the dead letters in again',
    ],
    it: [
      'Un negozio che nessuno ha dichiarato, e ce ne sono già troppi',
      'Scriverlo nel nodo negozio, se lo è, altrimenti correggere ciò che il mittente manda come negozio; `bottega-store stores` unisce e ritira i nomi. '
      + 'Poi rimandare gli scarti',
    ],
  },
  'channel.tooMany': {
    status: [422],
    en: ['A channel beyond the number of channels a shop may have', 'Correct what the sender sends as the channel, then send the dead letters in again'],
    it: ['Un canale oltre il numero di canali che un negozio può avere', 'Correggere ciò che il mittente manda come canale, poi rimandare gli scarti'],
  },
  'till.tooMany': {
    status: [422],
    en: ['A till or another source beyond the number a shop may have', 'Correct what the sender sends as till or source, then send the dead letters again'],
    it: [
      'Una cassa o un’altra fonte oltre il numero che un negozio può avere',
      'Correggere ciò che il mittente manda come cassa o fonte, poi rimandare gli scarti',
    ],
  },
} as const satisfies ErrorRows;
