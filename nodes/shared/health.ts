/**
 * `WatchedHealth` holds the health of a resource (store, broker) for those who watch it.
 */
import { WatchedValue } from '../../engine/base/watched.js';
import type { Health, Watched } from './ports.js';

export class WatchedHealth extends WatchedValue<Health> implements Watched {
  health(): Health {
    return this.get();
  }
}
