/** `texts` of the widget. */
import en from './en-US.json';
import it from './it.json';

const texts = { it, en };
export default texts;
