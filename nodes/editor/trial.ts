/**
 * How does a form try a node out? Nothing runs here: trial.html is the plugin (the test buttons); their answers come from the rooms' probes
 * through nodes/admin.ts.
 */
export = (): void => undefined;
