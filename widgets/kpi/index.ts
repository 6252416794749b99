/** The card, offered to Dashboard. */
import { offer } from '../shared/browser.js';
import { font } from '../shared/font.js';
import shared from '../shared/style.css?inline';
import KpiCard from './KpiCard.vue';
import own from './style.css?inline';

offer('ui-bottega-kpi', { UIBottegaKpi: KpiCard }, { font, shared, kpi: own });
