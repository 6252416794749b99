/**
 * Plugin that shows JSON so that its values can be picked. Nothing runs here: tree.html is the plugin.
 */
export = (): void => undefined;
