/** `shared` are the texts that all widgets use. */
import en from './en-US.json';
import it from './it.json';

const shared = { it, en };
export default shared;
