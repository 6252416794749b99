/**
 * Plugin of what all our forms share in the editor. Nothing runs here: form.html is the plugin (reasons under the fields, the sentence on top),
 * and Node-RED wants a module beside it.
 */
export = (): void => undefined;
