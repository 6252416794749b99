/** The set-up, offered to Dashboard. */
import { offer } from '../shared/browser.js';
import { font } from '../shared/font.js';
import shared from '../shared/style.css?inline';
import SetupList from './SetupList.vue';
import own from './style.css?inline';

offer('ui-bottega-setup', { UIBottegaSetup: SetupList }, { font, shared, setup: own });
