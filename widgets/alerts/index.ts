/** The alerts, offered to Dashboard. */
import { offer } from '../shared/browser.js';
import { font } from '../shared/font.js';
import shared from '../shared/style.css?inline';
import AlertList from './AlertList.vue';
import own from './style.css?inline';

offer('ui-bottega-alerts', { UIBottegaAlerts: AlertList }, { font, shared, alerts: own });
