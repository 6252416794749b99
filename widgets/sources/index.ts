/** The sources, offered to Dashboard. */
import { offer } from '../shared/browser.js';
import { font } from '../shared/font.js';
import shared from '../shared/style.css?inline';
import SourceList from './SourceList.vue';
import own from './style.css?inline';

offer('ui-bottega-sources', { UIBottegaSources: SourceList }, { font, shared, sources: own });
