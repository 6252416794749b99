/** The day, offered to Dashboard. */
import { offer } from '../shared/browser.js';
import { font } from '../shared/font.js';
import shared from '../shared/style.css?inline';
import DayHero from './DayHero.vue';
import own from './style.css?inline';

offer('ui-bottega-day', { UIBottegaDay: DayHero }, { font, shared, day: own });
