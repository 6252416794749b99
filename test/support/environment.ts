/**
 * Environment variables of a suite, given back after each test: what one file sets, no other may meet.
 */

/** Call it inside `describe`. A variable that is `undefined` is taken out. */
export function eachInEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  let former: Readonly<Record<string, string | undefined>> = {};
  beforeEach(() => {
    former = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
    setVariables(variables);
  });
  afterEach(() => { setVariables(former); });
}

/** Does something with variables set otherwise, and gives them back. */
export async function inEnvironment<T>(variables: Readonly<Record<string, string | undefined>>, act: () => T | Promise<T>): Promise<T> {
  const former = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  setVariables(variables);
  try {
    return await act();
  } finally {
    setVariables(former);
  }
}

function setVariables(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}
