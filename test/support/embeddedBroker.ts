/** What the built-in broker is opened with in tests: in one folder, on this machine, with nothing but what a test names. */
import { dirname, join } from 'node:path';
import type { EmbeddedSettings } from '../../nodes/05-broker/aedes/embeddedBroker.js';

type Named = Pick<EmbeddedSettings, 'folder' | 'port' | 'report'> & Partial<EmbeddedSettings>;

export function embeddedSettings(named: Named): EmbeddedSettings {
  return {
    accessFolder: join(dirname(named.folder), 'mqtt'),
    host: '127.0.0.1', login: undefined, refused: () => undefined, now: () => Date.now(), ticks: () => performance.now(), ...named,
  };
}
