/** The header, offered to Dashboard. */
import { offer } from '../shared/browser.js';
import { font } from '../shared/font.js';
import shared from '../shared/style.css?inline';
import PageHeader from './PageHeader.vue';
import own from './style.css?inline';

offer('ui-bottega-header', { UIBottegaHeader: PageHeader }, { font, shared, header: own });
