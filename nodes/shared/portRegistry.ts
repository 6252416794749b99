/**
 * `PortRegistry` is where nodes of one process offer something to displays, by shop: a display may stand in the flow before the node or after it.
 */
interface OfferedPort {
  readonly tenant: string;
  /** Of the node, so that a command finds the one it is for. */
  readonly id: string;
}

/** `PortOffer`: `changed` calls those who watch; `close` withdraws the port. */
export interface PortOffer {
  changed(): void;
  close(): void;
}

export class PortRegistry<P extends OfferedPort> {
  readonly #ports = new Set<P>();
  readonly #listeners = new Map<string, Set<() => void>>();

  /** Makes a node's port known until it closes. */
  offer(port: P): PortOffer {
    const changed = (): void => { for (const listener of [...this.#listeners.get(port.tenant) ?? []]) listener(); };
    this.#ports.add(port);
    changed();
    return { changed, close: () => { if (this.#ports.delete(port)) changed(); } };
  }

  /** Those of one shop, in a fixed order. */
  of(tenant: string): readonly P[] {
    return [...this.#ports].filter((port) => port.tenant === tenant).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Calls when a port comes or goes, or says that something changed. The answer ends it. */
  watch(tenant: string, listener: () => void): () => void {
    const own = (): void => { listener(); };
    const ofTenant = this.#listeners.get(tenant) ?? new Set();
    this.#listeners.set(tenant, ofTenant.add(own));
    return () => {
      ofTenant.delete(own);
      if (ofTenant.size === 0 && this.#listeners.get(tenant) === ofTenant) this.#listeners.delete(tenant);
    };
  }
}
