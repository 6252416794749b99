/** A day's file of as many rows as one may have: who asks meanwhile is answered, and what becomes of it is what becomes of it at once. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import supertest from 'supertest';
import type { ShopEvent } from '../../../engine/event/event.js';
import { normalize } from '../../../engine/normalize/normalize.js';
import storeNode from '../../../nodes/00-store/store.js';
import shop from '../../../nodes/06-shop/shop.js';
import normalizeNode from '../../../nodes/20-normalize/normalize.js';
import monitor from '../../../nodes/90-monitor/monitor.js';
import { contextOf } from '../../fixtures/normalizing.js';
import { eachInNodeRed } from '../../support/testNodeRed.js';
import { until } from '../../support/waiting.js';

const ROWS = 24_900;
/** 200 ms, and ten times as much because other tests have the processor meanwhile. At once it takes the file's three seconds. */
const PATIENCE_MS = 2_000;

interface TestNode { on(event: 'input', listener: (message: { payload: readonly ShopEvent[]; n?: unknown }) => void): void; receive(message: object): void }

const day = new Intl.DateTimeFormat('it-IT', { timeZone: 'Europe/Rome', day: '2-digit', month: '2-digit', year: 'numeric' }).format(new Date(Date.now() - 86_400_000));
const rowOf = (index: number): string => {
  const amount = index % 1_000 === 999 ? 'tanto' : `${String(index % 90)},50`;
  return `${String(index + 1)};${day} ${String(8 + (index % 5)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')};${amount};1`;
};
const FILE = Buffer.from(['numero scontrino;data e ora;totale;cassa', ...Array.from({ length: ROWS }, (_row, index) => rowOf(index))].join('\n'));
const RECEIPT = { idNegozio: '', idCassa: '1', numeroScontrino: '1', dataOra: new Date().toISOString(), totale: '1,00' };

describe('a long file', () => {
  const home = eachInNodeRed();

  it('lets others have their turn, and keeps its order', async function reads() {
    this.timeout(120_000);
    let httpNode: unknown;
    await helper.load([(RED: { httpNode: unknown }) => { httpNode = RED.httpNode; }, storeNode, shop, normalizeNode, monitor] as never, [
      { id: 'store-1', type: 'bottega-store', kind: 'embedded', directory: home.directory, version: 1 },
      { id: 'shop-1', type: 'bottega-shop', tenant: 'shop', zone: 'Europe/Rome', currency: 'EUR', version: 1 },
      { id: 'normalize', type: 'bottega-normalize', shop: 'shop-1', wires: [['events'], ['letters']] },
      { id: 'monitor', type: 'bottega-monitor', store: 'store-1', shop: 'shop-1', wires: [[]] },
      { id: 'events', type: 'helper' }, { id: 'letters', type: 'helper' },
    ], { 'shop-1': { privacyKey: 'for tests' } });
    const [node, events, letters] = ['normalize', 'events', 'letters'].map((id) => helper.getNode(id) as TestNode);
    await until(() => supertest(httpNode as never).get('/health'), ({ status }) => status === 200);
    const came: (readonly ShopEvent[])[] = [];
    const refused = new Promise<number>((resolve) => { letters?.on('input', ({ payload }) => { resolve(payload.length); }); });
    const allCame = new Promise<void>((resolve) => { events?.on('input', ({ payload }) => { if (came.push(payload) === 2) resolve(); }); });
    let state: 'reading' | 'read' = 'reading';
    const read = Promise.all([allCame, refused]).then(([, count]) => { state = 'read'; return count; });
    const receivedAt = Date.now();
    node?.receive({ payload: FILE, intake: { provider: 'batch', trust: 'token', receivedAt, headers: { 'content-type': 'text/csv' } } });
    node?.receive({ payload: Buffer.from(JSON.stringify(RECEIPT)), intake: { provider: 'pos', trust: 'signed', receivedAt, headers: {} } });
    const waits: number[] = [];
    while ((state as string) === 'reading') {
      const askedAt = performance.now();
      await supertest(httpNode as never).get('/health').expect(200);
      waits.push(performance.now() - askedAt);
    }
    assert.ok(Math.max(...waits) < PATIENCE_MS && waits.length > 3, waits.map((ms) => ms.toFixed(0)).join(' '));
    const atOnce = normalize(FILE, { provider: 'batch', headers: { 'content-type': 'text/csv' }, receivedAt }, { ...contextOf(), now: Date.now(), stores: [{ id: 'negozio', aliases: [] }] });
    assert.deepEqual(came[0], atOnce.events);
    assert.deepEqual([came.map(({ length }) => length), await read], [[ROWS - atOnce.refused, 1], atOnce.refused], 'all of the file, then what came after it');
  });
});
