/** When a sender got in and when somebody was refused; a trial of our own is none of it, and is known when it arrives. */
import assert from 'node:assert/strict';
import { TRIAL_HEADER } from '../../../engine/verify/samples/sign.js';
import { SenderActivity } from '../../../nodes/10-webhook/senderActivity.js';

describe('activity of a sender', () => {
  let changes = 0;
  let activity: SenderActivity;
  beforeEach(() => {
    changes = 0;
    activity = new SenderActivity(() => { changes += 1; });
  });
  afterEach(() => { activity.close(); });

  it('notes the last message and the last refusal, and says the first of them at once', () => {
    assert.deepEqual(activity.seen, {});
    activity.received({}, 1_000);
    assert.equal(changes, 1);
    activity.refused({}, 'signature.wrong', 2_000);
    activity.received({}, 3_000);
    assert.deepEqual(activity.seen, { receivedAt: 3_000, refusedAt: 2_000, refusal: 'signature.wrong' });
    assert.equal(changes, 1);
  });

  it('knows a trial when it arrives, well received or not, and only once', () => {
    const [received, refused, lost] = [activity.begin(), activity.begin(), activity.begin()];
    activity.received(received.headers, 1);
    activity.refused(refused.headers, 'signature.wrong', 2);
    assert.deepEqual([received.end(), refused.end(), lost.end(), received.end()], ['arrived', 'arrived', 'missing', 'missing']);
    assert.deepEqual([activity.seen, changes], [{}, 0]);
  });

  it('takes whoever calls himself a trial for no message, and believes him nothing', () => {
    const trial = activity.begin();
    activity.received({ [TRIAL_HEADER]: 'doctor' }, 1);
    assert.deepEqual([activity.seen, trial.end()], [{}, 'missing']);
  });
});
