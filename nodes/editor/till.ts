/**
 * Plugin in which a person says how the till writes. Nothing runs here: till.html is the plugin, a part of the form of normalize.
 */
export = (): void => undefined;
