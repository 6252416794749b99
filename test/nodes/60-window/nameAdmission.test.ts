/** The window node and names that are one too many: what counts, what leaves by the second output, and what /health says. */
import assert from 'node:assert/strict';
import { type NameRules, OTHER_NAME } from '../../../engine/aggregate/nameLimits.js';
import type { InputMessage } from '../../../nodes/shared/node.js';
import { raisedWarnings } from '../../../nodes/shared/raisedWarnings.js';
import { refusedNameWarnings } from '../../../nodes/shared/refusedNames.js';
import { NameAdmission } from '../../../nodes/60-window/nameAdmission.js';
import type { Accepted } from '../../../nodes/60-window/refusedEvents.js';
import { event, NOW } from '../../support/events.js';
import { memoryStore } from '../../support/shopStore.js';

interface Refused {
  readonly reason: string;
  readonly stores: readonly string[];
  readonly rules: readonly string[];
}

/** One message with an event per "store/channel", and what left by the second output. */
function message(...groups: string[]): { readonly accepted: Accepted[]; readonly refused: Refused[] } {
  const refused: Refused[] = [];
  const secondary = ({ payload, refusals }: InputMessage, reason: string): void => {
    const stores = (payload as { data: { store: string } }[]).map(({ data }) => data.store);
    refused.push({ reason, stores, rules: (refusals as { rule: string; index: number }[]).map(({ rule, index }) => `${String(index)} ${rule}`) });
  };
  const events = groups.map((group) => event({ subject: `order/${group}`, data: { store: group.split('/')[0] ?? '', channel: group.split('/')[1] ?? 'pos' } }));
  const job = { message: { _msgid: '', payload: events }, out: { primary: () => undefined, secondary } };
  return { accepted: events.map((one, index) => ({ event: one, job, index })), refused };
}

describe('admission of names', () => {
  let admission: NameAdmission;

  async function open(change: Partial<NameRules> = {}): Promise<void> {
    const rules: NameRules = { limits: { stores: 2, channels: 1, sources: 9, products: 9 }, declared: new Set(['milano']), beyond: 'refuse', ...change };
    const store = await memoryStore();
    admission = new NameAdmission({ store, rules: () => rules, now: () => NOW });
    await admission.opened();
  }
  afterEach(() => { admission.close(); });

  it('refuses what is beyond the limits, each under its own rule, with its place in the message', async () => {
    await open();
    const { accepted, refused } = message('a', 'b', 'c', 'milano', 'milano/x', 'milano/y', 'd');
    assert.deepEqual((await admission.admit(accepted)).map(({ index }) => index), [0, 1, 3, 4]);
    assert.deepEqual(refused, [
      { reason: 'store.tooMany', stores: ['c', 'd'], rules: ['2 store.tooMany', '6 store.tooMany'] },
      { reason: 'channel.tooMany', stores: ['milano'], rules: ['5 channel.tooMany'] },
    ]);
    const said = refusedNameWarnings().filter(({ cause }) => cause === 'store.tooMany').map((warning) => warning.message).join();
    assert.match(said, /^one name too many, such as c, d/);
  });

  it('counts it under another name where the owner chose so, and says so all the same', async () => {
    await open({ beyond: 'other' });
    const { accepted, refused } = message('a', 'b', 'c', 'milano/x', 'milano/y');
    const counted = (await admission.admit(accepted)).map(({ event: { data } }) => `${data.store}/${data.channel ?? ''}`);
    assert.deepEqual(counted, ['a/pos', 'b/pos', `${OTHER_NAME}/pos`, 'milano/x', `milano/${OTHER_NAME}`]);
    assert.deepEqual(refused, []);
  });

  it('warns from four fifths of a limit on, and no longer once it is closed', async () => {
    await open({ limits: { stores: 5, channels: 9, sources: 9, products: 9 } });
    const causes = (): string[] => raisedWarnings().map(({ cause }) => cause).filter((cause) => cause.endsWith('.many'));
    await admission.admit(message('a', 'b', 'c').accepted);
    assert.deepEqual(causes(), []);
    await admission.admit(message('d').accepted);
    assert.deepEqual(causes(), ['stores.many']);
    admission.close();
    assert.deepEqual(causes(), []);
  });
});
