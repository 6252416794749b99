/** The dead letters, offered to Dashboard. */
import { offer } from '../shared/browser.js';
import { font } from '../shared/font.js';
import shared from '../shared/style.css?inline';
import LetterList from './LetterList.vue';
import own from './style.css?inline';

offer('ui-bottega-deadletters', { UIBottegaDeadletters: LetterList }, { font, shared, deadletters: own });
