/** The part of node-red-node-test-helper that the tests use; the package has no types of its own. */
declare module 'node-red-node-test-helper' {
  interface Helper {
    init(runtimePath: string): void;
    settings(settings: object): object;
    /** Loads node modules (`export = (RED) => …`), a flow and the credentials of its nodes by id. */
    load(nodes: unknown, flow: readonly object[], credentials?: object): Promise<void>;
    unload(): Promise<void>;
    getNode(id: string): unknown;
    startServer(done: () => void): void;
    stopServer(done: () => void): void;
    url(): string;
  }
  const helper: Helper;
  export default helper;
}
