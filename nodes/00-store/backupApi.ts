/**
 * `serveBackup` answers `POST /admin/backup` with the API token: makes a backup below the data directory, and says where it lies and what is in it. The folder
 * is not the caller's choice: whoever has the token may not write anywhere.
 */
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { messageOf } from '../../engine/base/errors.js';
import { BACKUP_PATH } from '../../engine/store/backupPlan.js';
import { usableSecrets } from '../../engine/verify/secretStrength.js';
import { bearsToken } from '../shared/http/bearer.js';
import { serve } from '../shared/http/route.js';
import type { WrittenBackup } from './backupFiles.js';

const FOLDER = 'bottega-backups';
const RETRY_AFTER_SECONDS = 5;

/** The answer takes the route away. */
export function serveBackup(RED: NodeAPI, home: string, write: (folder: string) => Promise<WrittenBackup>): () => void {
  const [token] = usableSecrets('shared', [process.env['BOTTEGA_API_TOKEN'] ?? '']);
  let underWay: Promise<WrittenBackup> | undefined;
  return serve(RED, 'post', BACKUP_PATH, async (request, response) => {
    response.set('Cache-Control', 'no-store');
    if (!bearsToken(request, token)) {
      response.status(401).set('WWW-Authenticate', 'Bearer').json({ errors: [{ path: 'authorization', rule: 'token', message: 'needs the API token' }] });
      return;
    }
    try {
      // Whoever asks meanwhile gets the same one.
      underWay ??= write(join(home, FOLDER)).finally(() => { underWay = undefined; });
      response.json(await underWay);
    } catch (error) {
      response.status(503).set('Retry-After', String(RETRY_AFTER_SECONDS)).json({ errors: [{ path: '', rule: 'store', message: messageOf(error) }] });
    }
  });
}
