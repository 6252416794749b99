/**
 * Plugin of the test buttons that try a node out. Nothing runs here: trial.html is the plugin; the answers come from the nodes' probes
 * through nodes/admin.ts.
 */
export = (): void => undefined;
