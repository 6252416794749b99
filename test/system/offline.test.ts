/** What comes in by file and from the shop's own pages, into the real product: to the cent, once, and never more than it may. */
import assert from 'node:assert/strict';
import { DAY, formatInstant, HOUR, MINUTE } from '../../engine/base/time.js';
import { type Answer, request } from '../support/http.js';
import { receipt, saleEvent, shopifyOrder, wallAt } from '../support/payloads.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { until } from '../support/waiting.js';

/** A day in Rome that is over; each test has an hour of its own. */
const NOON = Math.floor(Date.now() / DAY - 30) * DAY + 12 * HOUR;
const TODAY = wallAt(NOON, 'Europe/Rome').slice(0, 10);
const hourOf = (hour: number): number => {
  const shown = `${TODAY} ${String(hour).padStart(2, '0')}:00:00`;
  const found = Array.from({ length: 48 }, (_, n) => NOON + (n - 24) * HOUR).find((at) => wallAt(at, 'Europe/Rome') === shown);
  return found ?? assert.fail(shown);
};
const ORIGIN = 'https://www.lampade.example';

describe('files and pages', () => {
  const data = temporaryData();
  let product: RunningProduct;

  before(async () => { product = await startProduct(data.path, { BOTTEGA_TRUSTED_PROXIES: 'loopback', BOTTEGA_PIXEL_ORIGINS: `${ORIGIN}, null` }); });
  after(async () => {
    await product.stop();
    data.remove();
  });

  const revenueOf = (from: number, expected: number, to = from + HOUR, more = ''): Promise<unknown> => until(async () => {
    const { json } = await product.kpi(`name=revenue&window=${to - from === HOUR ? '1h' : '1d'}&from=${formatInstant(from)}&to=${formatInstant(to)}${more}`);
    return (json.rows as { value: number }[]).reduce((sum, { value }) => Math.round((sum + value) * 100) / 100, 0);
  }, (value) => value === expected);
  const kpi = async (name: string, hour: number): Promise<unknown> =>
    (await product.kpi(`name=${name}&window=1h&from=${formatInstant(hour)}&to=${formatInstant(hour + HOUR)}`)).json.rows[0]?.value;
  const file = (body: string | Uint8Array<ArrayBuffer>, type: string | undefined = 'text/csv', query = '', token = product.secrets['BOTTEGA_API_TOKEN'] ?? ''): Promise<Answer> =>
    request(`${product.url}/in/batch${query}`, { method: 'POST', body, headers: { authorization: `Bearer ${token}`, ...(type === '' ? {} : { 'content-type': type }) } });

  describe('a day without a network', () => {
    const table = [
      'Data;Ora;Cassa;Scontrino;Reparto;Descrizione;Quantità;Totale;Pagamento',
      `${TODAY};09:05;2;0007-0001;LUCE;"Lampada; mod. ""Erice""";1,000;1.250,40;Carta`,
      `${TODAY};09.20;2;0007-0002;LUCE;Lampadina;2;7,80;Contanti`,
      `${TODAY};09.20;2;0007-0002;LUCE;Lampadina;2;7,80;Contanti`,
      `${TODAY};09:40:30;2;0007-0003;RESI;Reso lampadina;-1;-3,90;Contanti`,
      `${TODAY};10:00;2;0007-0004;LUCE;Filo;3;0,30 €;Carta`,
      ';;;;;TOTALE;;1.262,40;',
    ].join('\r\n');

    it('adds up to the cent, in its own hours, and once', async () => {
      const first = await file(`\ufeff${table}`);
      assert.deepEqual([first.status, first.json], [200, { accepted: 4, duplicates: 0, rejected: 0, ignored: 1 }]);
      assert.equal(await revenueOf(hourOf(9), 1_262.1), 1_262.1);
      assert.equal(await revenueOf(hourOf(10), 0.3), 0.3);
      assert.equal(await kpi('orders', hourOf(9)), 2);
      const again = await file(table, 'text/plain');
      assert.deepEqual(again.json, { accepted: 0, duplicates: 4, rejected: 0, ignored: 1 });
      assert.equal(await revenueOf(hourOf(9), 1_262.1), 1_262.1);
    });

    it('knows the receipts that the till has sent itself', async () => {
      const at = hourOf(11) + 5 * MINUTE;
      const live = { ...receipt('0007-0100', wallAt(at, 'Europe/Rome'), '20,00'), idCassa: '2' };
      assert.equal((await product.post(product.senders.till(live, 'jwt-batch'))).status, 200);
      const { json } = await file(`Data;Ora;Cassa;Scontrino;Totale\n${TODAY};11.05;2;0007-0100;20,00\n${TODAY};11.06;2;0007-0101;1,50\n`);
      assert.equal(json.rejected, 0);
      assert.equal(await revenueOf(hourOf(11), 21.5), 21.5);
      assert.equal(await kpi('orders', hourOf(11)), 2);
    });

    it('takes thousands of rows at once', async () => {
      const rows = Array.from({ length: 6_000 }, (_, n) => `${TODAY};12:${String(n % 60).padStart(2, '0')};3;${String(n)};0,${String(n % 90 + 10)};Carta`);
      const { status, json } = await file(['Data;Ora;Cassa;Scontrino;Totale;Pagamento', ...rows].join('\n'), 'application/csv');
      assert.deepEqual([status, json], [200, { accepted: 6_000, duplicates: 0, rejected: 0 }]);
      const cents = Array.from({ length: 6_000 }, (_, n) => n % 90 + 10).reduce((sum, each) => sum + each, 0);
      assert.equal(await revenueOf(hourOf(12), cents / 100), cents / 100);
    });

    it('takes canonical events, one a line, and names each line that it refuses', async () => {
      const at = hourOf(13);
      const lines = [saleEvent({ id: 'line-1', at, amount: '1.10' }), { ...saleEvent({ id: 'line-2', at, amount: '2.20' }), type: 'salame' }, saleEvent({ id: 'line-3', at, amount: '3.30' })];
      const { status, json } = await file(lines.map((line) => JSON.stringify(line)).join('\n'), 'application/x-ndjson');
      const { errors, ...counts } = json;
      assert.deepEqual([status, counts], [200, { accepted: 2, duplicates: 0, rejected: 1 }]);
      assert.deepEqual(errors.map(({ index, path, rule }: Record<string, unknown>) => [index, path, rule]), [[1, '/type', 'enum']]);
      assert.equal(await revenueOf(at, 4.4), 4.4);
    });

    const closing = (number: string, prefix = 'p'): string => `<?xml version="1.0"?><${prefix}:DatiCorrispettivi versione="COR10"
      xmlns:${prefix}="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/corrispettivi/dati/v1.0"><Trasmissione><Progressivo>${number}</Progressivo><Formato>COR10</Formato>
      <Dispositivo><Tipo>RT</Tipo><IdDispositivo>88PRV000012E5</IdDispositivo></Dispositivo></Trasmissione><DataOraRilevazione>${formatInstant(hourOf(20))}</DataOraRilevazione>
      <DatiRT><Riepilogo><IVA><AliquotaIVA>22.00</AliquotaIVA><Imposta>44.00</Imposta></IVA><Ammontare>200.00</Ammontare><ImportoParziale>200.00</ImportoParziale></Riepilogo>
      <Totali><NumeroDocCommerciali>9</NumeroDocCommerciali><PagatoContanti>144.00</PagatoContanti><PagatoElettronico>100.00</PagatoElettronico></Totali></DatiRT></${prefix}:DatiCorrispettivi>`;

    it('a fiscal till\'s closing is no revenue, and the same one again is the same', async () => {
      const day = [hourOf(0), hourOf(23)] as const;
      const before = await revenueOf(day[0], 1_262.4 + 21.5 + 3_270 + 4.4, day[1]);
      for (const [number, prefix, accepted] of [['00031', 'p', 1], ['00032', 'ns3', 1], ['00031', 'n1', 0]] as const) {
        const { status, json } = await file(closing(number, prefix), 'application/xml');
        assert.deepEqual([status, json], [200, { accepted, duplicates: 1 - accepted, rejected: 0 }]);
      }
      assert.deepEqual(await revenueOf(day[0], Number(before), day[1]), before);
    });

    const refused: readonly (readonly [name: string, body: string, type: string, status: number, rule: string])[] = [
      ['no table we know', 'a;b\n1;2', 'text/csv', 422, 'csv.columns'],
      ['a document type', '<!DOCTYPE x [<!ENTITY e "1">]><x>&e;</x>', 'application/xml', 422, 'xml.doctype'],
      ['another document', '<fattura/>', 'text/xml', 422, 'xml.root'],
      ['broken XML', '<a><b></a>', 'application/xml', 400, 'xml.form'],
      ['broken JSON', '{"a":', 'application/x-ndjson', 400, 'json'],
      ['an open quote', 'Scontrino;Data;Totale\n"1;2', 'text/csv', 400, 'csv.form'],
      ['nothing', '', '', 400, 'text.form'],
      ['rows without a date that is', 'Scontrino;Data;Totale\n1;31/02/2026;1,00\n2;ieri;1,00', 'text/csv', 422, 'date.impossible'],
      ['a picture', 'GIF89a', 'image/gif', 415, 'type'],
    ];
    for (const [name, body, type, status, rule] of refused) {
      it(`refuses ${name}: ${String(status)} ${rule}`, async () => {
        const answer = await file(body, type);
        assert.deepEqual([answer.status, answer.json.errors[0].rule], [status, rule]);
      });
    }

    it('refuses whoever has no token, and what is over 1 MiB', async () => {
      assert.equal((await file(table, 'text/csv', '', 'nope')).status, 401);
      assert.equal((await request(`${product.url}/in/batch`, { method: 'POST', body: table })).status, 401);
      assert.equal((await file(`${table}${'\n'.repeat(1_048_577)}`)).status, 413);
    });
  });

  describe('pages of the shop', () => {
    const beacon = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> => request(`${product.url}/in/pixel`, {
      method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': 'text/plain;charset=UTF-8', 'origin': ORIGIN, ...headers },
    });
    const picture = (query: string, headers: Record<string, string> = {}): Promise<Answer> => request(`${product.url}/in/pixel.gif${query}`, { headers: { referer: `${ORIGIN}/`, ...headers } });
    const page = (change: object = {}): object => ({ event: 'visit', id: 'page-1', client: 'c-1', url: `${ORIGIN}/?utm_source=instagram&utm_medium=social&utm_campaign=estate`, ...change });
    const shopify = { id: 'sh-0001', clientId: 'c-2', name: 'checkout_completed', type: 'standard', timestamp: '2026-03-03T10:00:00.000Z', context: { document: { location: { href: `${ORIGIN}/thank_you` }, referrer: '' } },
      data: { checkout: { token: 'tok-1', email: 'ginevra@posta.example', order: { id: '1' }, totalPrice: { amount: 990, currencyCode: 'EUR' } } } };
    const today = (): [number, number] => [Math.floor(Date.now() / HOUR) * HOUR - HOUR, Math.floor(Date.now() / HOUR) * HOUR + HOUR];
    const socialReach = async (): Promise<unknown> => {
      const [from, to] = today();
      const { json } = await product.kpi(`name=social_visit_conversion&window=1h&channel=online&from=${formatInstant(from)}&to=${formatInstant(to)}`);
      return (json.rows as { value: number | null; count: number }[]).map(({ value }) => value).filter((value) => value !== null);
    };

    it('report visits and checkouts, each once, and no money', async () => {
      const [from, to] = today();
      await product.post(product.senders.shopify('orders/paid', shopifyOrder({ id: 71, at: Date.now() - 1_000, total: '10.00' }), 'w-71'));
      const revenue = async (): Promise<number> => {
        const { json } = await product.kpi(`name=revenue&window=1h&from=${formatInstant(from)}&to=${formatInstant(to)}`);
        return (json.rows as { value: number }[]).reduce((sum, { value }) => sum + value, 0);
      };
      assert.equal(await until(revenue, (value) => value === 10), 10);
      assert.deepEqual((await beacon(page())).json, { accepted: 1, duplicates: 0, rejected: 0 });
      assert.deepEqual((await beacon(page())).json, { accepted: 0, duplicates: 1, rejected: 0 });
      assert.deepEqual((await beacon(page({ id: 'page-2' }), { 'content-type': 'application/json' })).json, { accepted: 0, duplicates: 1, rejected: 0 });
      assert.deepEqual((await beacon(page({ id: 'page-3', client: 'c-3' }), { 'content-type': '' })).json, { accepted: 1, duplicates: 0, rejected: 0 });
      assert.deepEqual((await beacon(shopify, { origin: 'null' })).json, { accepted: 1, duplicates: 0, rejected: 0 });
      assert.deepEqual((await beacon(shopify, { origin: 'null' })).json, { accepted: 0, duplicates: 1, rejected: 0 });
      for (const type of ['sale', 'refund', 'payment']) {
        const forged = saleEvent({ id: `forged-${type}`, at: Date.now() - 1_000, amount: '5000.00' });
        assert.deepEqual((await beacon({ ...forged, type })).json, { accepted: 0, duplicates: 0, rejected: 0, ignored: 1 });
      }
      // One social sale of two people who came from there.
      assert.deepEqual(await until(socialReach, (values) => JSON.stringify(values) === '[0.5]'), [0.5]);
      assert.equal(await revenue(), 10);
    });

    it('are let in by their origin', async () => {
      const foreign = await beacon(page({ id: 'f', client: 'f' }), { origin: 'https://altri.example' });
      assert.deepEqual([foreign.status, foreign.json.errors[0].rule, foreign.headers.get('access-control-allow-origin')], [403, 'origin.foreign', null]);
      const nobody = await request(`${product.url}/in/pixel`, { method: 'POST', body: JSON.stringify(page()) });
      assert.equal(nobody.status, 403);
      const ask = (origin: string): Promise<Answer> => request(`${product.url}/in/pixel`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } });
      const granted = await ask(ORIGIN);
      assert.deepEqual([granted.status, granted.text, granted.headers.get('access-control-allow-origin'), granted.headers.get('access-control-allow-methods')], [204, '', ORIGIN, 'POST']);
      assert.equal((await ask('https://altri.example')).status, 403);
      assert.equal((await beacon(page())).headers.get('access-control-allow-origin'), ORIGIN);
    });

    it('get a picture, whatever becomes of it', async () => {
      const shown = await picture('?id=g-1&client=c-9');
      assert.deepEqual([shown.status, shown.headers.get('content-type'), shown.headers.get('cache-control'), shown.headers.get('content-length')], [200, 'image/gif', 'no-store', '42']);
      assert.match(shown.text, /^GIF89a/);
      for (const [query, headers, status] of [['?event=salame', {}, 200], ['', { referer: 'https://altri.example/' }, 403], ['', { 'user-agent': 'Googlebot/2.1' }, 200], ['', { 'sec-purpose': 'prefetch' }, 200]] as const) {
        const answer = await picture(query, headers);
        assert.deepEqual([answer.status, answer.headers.get('content-type')], [status, 'image/gif']);
      }
      const { text } = await product.get('/metrics');
      assert.match(text, /^bottega_events_total\{source="pixel",outcome="ignored"\} \d+/m);
    });

    it('refuses what is large, no JSON, or of another kind', async () => {
      for (const [body, headers, status] of [['x'.repeat(65_537), {}, 413], ['ciao', {}, 400], ['', {}, 400], ['{}', { 'content-type': 'text/csv' }, 415]] as const) {
        assert.equal((await beacon(body, headers)).status, status);
      }
    });

    it('answers a flood with 429 and when to come again, and goes on', async () => {
      const flood = await Promise.all(Array.from({ length: 90 }, (_, n) => beacon(page({ id: `flood-${String(n)}` }))));
      const refused = flood.filter(({ status }) => status === 429);
      assert.ok(refused.length > 0);
      assert.ok(Number(refused[0]?.headers.get('retry-after')) >= 1);
      assert.ok(flood.every(({ status }) => status === 200 || status === 429), JSON.stringify(flood.map(({ status }) => status)));
      assert.equal((await picture('')).status, 429);
      assert.equal((await product.get('/health')).json.status, 'ok');
      assert.equal((await product.post(product.senders.events(saleEvent({ id: 'unharmed', at: hourOf(15), amount: '1.00' })))).status, 200);
      // The same from another visitor behind the shop's own proxy.
      assert.equal((await beacon(page({ id: 'other' }), { 'x-forwarded-for': '198.51.100.7' })).status, 200);
    });

    it('leaves nothing that names a visitor', async () => {
      const { text } = await product.get('/metrics');
      for (const name of ['ginevra', '198.51.100', 'tok-1', 'c-2']) assert.ok(!text.includes(name));
    });
  });
});
