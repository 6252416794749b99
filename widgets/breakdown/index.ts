/** The breakdown, offered to Dashboard. */
import { offer } from '../shared/browser.js';
import shared from '../shared/style.css?inline';
import PartsPanel from './PartsPanel.vue';
import own from './style.css?inline';

offer('ui-bottega-breakdown', { UIBottegaBreakdown: PartsPanel }, { shared, breakdown: own });
