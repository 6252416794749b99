/** The filters, offered to Dashboard. */
import { offer } from '../shared/browser.js';
import { font } from '../shared/font.js';
import shared from '../shared/style.css?inline';
import PageFilters from './PageFilters.vue';
import own from './style.css?inline';

offer('ui-bottega-filters', { UIBottegaFilters: PageFilters }, { font, shared, filters: own });
