/** A name in another form of the same letters, or with something invisible in it, is the same name: whichever way it comes. */
import assert from 'node:assert/strict';
import { readRules } from '../../../engine/alert/ruleForm.js';
import type { ShopEvent } from '../../../engine/event/event.js';
import { footfallStore } from '../../../engine/event/topic.js';
import { measureOf, readCustomKpis } from '../../../engine/kpi/customKpis.js';
import { readRecords } from '../../../engine/kpi/systemOfRecord.js';
import { readConfig } from '../../../nodes/06-shop/config.js';
import { contextOf, NOW, only, type Sent, send } from '../../fixtures/normalizing.js';
import { shopifyOrder } from '../../support/payloads.js';

const AT = '2026-11-22T09:15:30Z';
const CAFE = 'Caf\u00e9';
const WRITTEN = [CAFE, 'Cafe\u0301', 'Ca\u200bfe\u0301', '\ufeffCaf\u00e9', 'Caf\u00e9\u202c', 'Ca\u00adf\u00e9 '];
const asSent = { ...contextOf({ unknownStore: 'asSent' }), stores: [{ id: 'asti', aliases: [CAFE] }] };
const unlisted = { ...asSent, stores: [] };
const canonical = (data: object): object => ({ specversion: '1.0', id: '1', source: 'urn:x', type: 'sale', subject: 'order/1', time: AT, data: { amount: '1.00', ...data } });
const csv = (store: string): Sent => ({
  provider: 'batch', headers: { 'content-type': 'text/csv' }, body: `negozio;numero scontrino;data e ora;totale;cassa\n${store};12;22/11/2026 09:15;1,00;1`,
});
const lines = (body: string): Sent => ({ provider: 'batch', headers: { 'content-type': 'application/x-ndjson' }, body });

describe('the store Café, however it is written', () => {
  const ways: readonly (readonly [way: string, sentOf: (store: string) => Sent])[] = [
    ['canonical events', (store) => ({ provider: 'events', body: canonical({ store }) })],
    ['a till', (store) => ({ provider: 'pos', body: { idNegozio: store, idCassa: '1', numeroScontrino: '12', dataOra: '22/11/2026 09:15', totale: '1,00' } })],
    ['a table', csv],
    ['lines of JSON', (store) => lines(JSON.stringify(canonical({ store })))],
    ['the header of a file', (store) => ({ ...csv(''), body: 'numero scontrino;data e ora;totale\n12;22/11/2026 09:15;1,00', headers: { 'content-type': 'text/csv', store } })],
    ['a page', (store) => ({ provider: 'pixel', body: { event: 'visit', id: 'm', client: 'c', url: 'https://a.example/', store } })],
    ['Shopify\'s location', (store) => ({ provider: 'shopify', topic: 'orders/create', body: { ...shopifyOrder({ id: 1, at: NOW, total: '1.00' }), location_id: store } })],
  ];
  for (const [way, sentOf] of ways) {
    it(`${way}: is the store that has it among its names`, () => {
      for (const store of WRITTEN) assert.equal(only(send({ ...sentOf(store), context: asSent })).data.store, 'asti', JSON.stringify(store));
    });
  }

  for (const [way, sentOf] of ways.slice(0, 4)) {
    it(`${way}: is one store where nobody declared it, and one receipt`, () => {
      const events = WRITTEN.map((store): ShopEvent => only(send({ ...sentOf(store), context: unlisted })));
      for (const event of events) assert.deepEqual(event, events[0]);
      assert.equal(events[0]?.data.store, CAFE);
    });
  }

  it('is one channel and one campaign, too', () => {
    for (const name of WRITTEN) {
      const { data } = only(send({ provider: 'events', body: canonical({ store: 'a', channel: name, campaign: { source: name, medium: name, name } }) }));
      assert.deepEqual([data.channel, data.campaign], [CAFE, { source: CAFE, medium: CAFE, name: CAFE }]);
      const page = { event: 'visit', id: 'm', client: 'c', url: `https://a.example/?utm_campaign=${encodeURIComponent(name)}` };
      assert.equal(only(send({ provider: 'pixel', body: page })).data.campaign?.name, CAFE);
    }
  });

  it('is one topic of people counters', () => {
    for (const name of WRITTEN) assert.equal(footfallStore(`bottega/shop/in/footfall/${name}`), CAFE);
  });

  it('is one name in forms', () => {
    for (const name of WRITTEN) {
      const { stores, records } = readConfig({ id: 's', type: 'bottega-shop', tenant: 'shop', version: 1, stores: [{ id: name, name: 'x', aliases: [`${name}-2`.replace(' ', '')] }] }, {}, {});
      assert.deepEqual([stores[0]?.id, stores[0]?.aliases.map((alias) => alias.normalize('NFC')), records], [CAFE, [`${CAFE}-2`], []]);
      const read = readRecords([{ store: name, channel: name, source: 'shopify' }]);
      assert.deepEqual(read.outcome === 'read' ? read.records : read, [{ store: CAFE, channel: CAFE, source: 'shopify' }]);
      const [kpi] = readCustomKpis([{ name: 'x', type: 'sale', value: 'amount', show: 'sum', where: [{ field: 'channel', op: 'is', value: name }] }]);
      assert.deepEqual(kpi === undefined ? [] : measureOf(kpi).terms[0]?.where, [{ field: 'channel', op: 'is', value: CAFE }]);
      const [rule] = readRules([{ name: 'r', kpi: 'revenue', size: '1h', op: 'below', threshold: '1', channel: name }], undefined);
      assert.equal(rule !== undefined && 'channel' in rule ? rule.channel : '', CAFE);
    }
  });

  it('is refused where nothing of it can be seen, or where it holds a control character', () => {
    for (const store of ['\u200b', ' \u00ad', 'Ca\u0007f\u00e9', 'Ca\u0085f\u00e9']) {
      assert.deepEqual(send({ provider: 'events', body: canonical({ store }) }).refusals.map(({ path, rule }) => `${path} ${rule}`), ['/data/store pattern']);
    }
    const campaign = send({ provider: 'events', body: canonical({ store: 'a', campaign: { name: 'na\u0085tale' } }) });
    assert.deepEqual(campaign.refusals.map(({ path, rule }) => `${path} ${rule}`), ['/data/campaign/name pattern']);
  });
});
