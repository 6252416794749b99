/**
 * Who sees a request before the webhook? Nobody, unless the user's own settings put a middleware or a password before all HTTP nodes.
 */
import assert from 'node:assert/strict';
import { type Runtime, start } from '../../support/runtime.js';

const FLOW = [{ id: 'w', type: 'bottega-webhook', provider: 'events', path: '/in/events', wires: [[], []] }];
const MIDDLEWARE = "settings.httpNodeAuth = (_request, response, next) => { response.setHeader('x-seen', 'yes'); next(); };";

describe('webhook: direct answers', () => {
  for (const [title, settingsScript, seen] of [
    ['are given before Express does anything', '', null],
    ['come after the user\'s own middleware', MIDDLEWARE, 'yes'],
  ] as const) {
    it(title, async () => {
      const runtime: Runtime = await start(FLOW, { settingsScript });
      try {
        const answer = await fetch(`${runtime.url}/in/Events/?a=b`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
        assert.deepEqual([answer.status, answer.headers.get('x-seen')], [401, seen]);
        assert.deepEqual((await answer.json() as { errors: { rule: string }[] }).errors.map(({ rule }) => rule), ['secret.missing']);
        assert.equal((await fetch(`${runtime.url}/in/events`)).status, 405);
      } finally {
        await runtime.stop();
      }
    });
  }
});
