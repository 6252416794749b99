/**
 * What does a node's html register in the editor? Its script is run against a stand-in of the editor that answers everything.
 */
import { runInNewContext } from 'node:vm';

/** `typeOf` a node's folder `<NN>-<name>`: widgets have a prefix by which Dashboard 2 knows them. */
export function typeOf(name) {
  return name.startsWith('ui-') ? `ui-bottega-${name.slice('ui-'.length)}` : `bottega-${name}`;
}

/** The object given to `RED.nodes.registerType` under that type, or the error that running the script ended in. */
export function readForm(html, type) {
  const scripts = [...html.matchAll(/<script type="text\/javascript">([\s\S]*?)<\/script>/g)].map(([, script]) => script);
  const found = new Map();
  const nodes = answering({ registerType: (name, definition) => { found.set(name, definition); } });
  const RED = answering({ nodes });
  try {
    for (const script of scripts) runInNewContext(script, { RED, $: answering({}), window: { RED }, console });
    return { definition: found.get(type) };
  } catch (error) {
    return { definition: undefined, error: error instanceof Error ? error.message : String(error) };
  }
}

/** An object that has the given members, takes more, and has under any other name a function that returns the like. */
function answering(members) {
  const answer = () => answering({});
  return new Proxy(answer, {
    get: (_target, name) => (Object.hasOwn(members, name) ? members[name] : answering({})),
    set: (_target, name, value) => { members[name] = value; return true; },
  });
}
