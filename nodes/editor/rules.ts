/**
 * Plugin that edits rules as sentences. Nothing runs here: rules.html is the plugin (one row of the alert node's form, and what it says);
 * the sentences come from nodes/70-alert/preview.ts.
 */
export = (): void => undefined;
