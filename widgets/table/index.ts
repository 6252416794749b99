/** The table, offered to Dashboard. */
import { offer } from '../shared/browser.js';
import { font } from '../shared/font.js';
import shared from '../shared/style.css?inline';
import own from './style.css?inline';
import TablePanel from './TablePanel.vue';

offer('ui-bottega-table', { UIBottegaTable: TablePanel }, { font, shared, table: own });
