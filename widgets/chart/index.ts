/** The chart, offered to Dashboard. */
import { offer } from '../shared/browser.js';
import shared from '../shared/style.css?inline';
import ChartPanel from './ChartPanel.vue';
import own from './style.css?inline';

offer('ui-bottega-chart', { UIBottegaChart: ChartPanel }, { shared, chart: own });
