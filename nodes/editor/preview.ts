/**
 * Plugin that shows what normalize would do. Nothing runs here: preview.html is the plugin (a pasted message,
 * and what would become of it); its answers come from nodes/20-normalize/preview.ts.
 */
export = (): void => undefined;
