/** Files of an offline day: tables as tills export them, events line by line, closings of fiscal tills. */
import assert from 'node:assert/strict';
import { ConfigError } from '../../../../engine/base/errors.js';
import type { ShopEvent } from '../../../../engine/event/event.js';
import { columnsOf, readColumns } from '../../../../engine/normalize/mapping/columns.js';
import { isFileType, kindOf } from '../../../../engine/normalize/file/format.js';
import type { NormalizeContext } from '../../../../engine/normalize/draft/collector.js';
import { normalize, type NormalizedBody } from '../../../../engine/normalize/normalize.js';
import { type Fact, fieldOf, mergeEvent } from '../../../../engine/fact/fact.js';
import { contextOf, NOW, only, rules, send } from '../../../fixtures/normalizing.js';

const file = (body: string | Uint8Array, headers: Record<string, string> = {}, context = contextOf()): NormalizedBody => send({ provider: 'batch', body, headers, context });
const table = (...lines: string[]): string => lines.join('\r\n');
const HEAD = 'Data;Ora;Cassa;Scontrino;Totale;Pagamento';
const row = (change: Partial<Record<'date' | 'clock' | 'till' | 'number' | 'total' | 'paid', string>> = {}): string => {
  const { date = '05/03/2026', clock = '10:00:07', till = '4', number = '12', total = '7,50', paid = 'Carta' } = change;
  return [date, clock, till, number, total, paid].join(';');
};
const summary = ({ type, subject, data }: ShopEvent): string => [type, subject, data.amount].join(' ');

describe('batch: what kind of file', () => {
  const cases: readonly (readonly [type: string | undefined, text: string, kind: string])[] = [
    ['text/csv', 'a;b', 'table'], ['text/csv; charset=windows-1252', '<a/>', 'xml'], ['text/csv', '{"a":1}', 'lines'], [undefined, '\ufeff  <?xml?>', 'xml'], ['', '[1]', 'lines'],
    ['application/octet-stream', 'Data;Ora', 'table'], ['text/plain', '\n{"a":1}', 'lines'], ['application/x-ndjson', 'a;b', 'lines'], ['application/json', '<a/>', 'lines'],
    ['text/xml', 'a;b', 'xml'], ['application/soap+xml', '{}', 'xml'], ['application/vnd.ms-excel', 'a;b', 'table'], ['application/cloudevents+json', '{}', 'lines'],
  ];
  for (const [type, text, kind] of cases) {
    it(`${String(type)} with ${JSON.stringify(text)}: ${kind}`, () => {
      assert.equal(isFileType(type), true);
      assert.equal(kindOf(text, type), kind);
    });
  }

  for (const type of ['image/png', 'multipart/form-data; boundary=x', 'application/pdf', 'application/x-www-form-urlencoded', 'text/html']) {
    it(`${type} is none`, () => { assert.equal(isFileType(type), false); });
  }
});

describe('batch: more rows than a day has', () => {
  const many = (line: string): string => `${line}\n`.repeat(25_001);
  const files: readonly (readonly [what: string, text: string, rule: string])[] = [
    ['a table', `${HEAD}\n${many('1')}`, ' maxItems'], ['lines of JSON', many('{}'), ' maxItems'], ['lines of which the first is JSON', `{}\n${many('x')}`, ' maxItems'],
    ['an array', JSON.stringify(Array(25_001).fill(1)), ' maxItems'], ['lines of which the last is JSON', `x\n${many('{]')}{}`, ' json'],
  ];
  for (const [what, text, rule] of files) it(`${what} is refused as a whole`, () => { assert.deepEqual(rules(file(text, { 'content-type': text.startsWith('x') ? 'application/json' : '' })), [rule]); });
});

describe('batch: headings', () => {
  const own = readColumns('Nr. doc. fiscale = number\n Euro=amount');
  const cases: readonly (readonly [headings: string, columns: object, own?: typeof own])[] = [
    ['Data;Ora;Cassa;Scontrino;Totale', { date: 'Data', clock: 'Ora', till: 'Cassa', number: 'Scontrino', amount: 'Totale' }],
    ['N° Scontrino;Data e Ora;Importo (€)', { number: 'N° Scontrino', time: 'Data e Ora', amount: 'Importo (€)' }],
    ['receipt_number,date,time,total', { number: 'receipt_number', date: 'date', clock: 'time', amount: 'total' }],
    ['Receipt No,Time,Amount,Payment method', { number: 'Receipt No', time: 'Time', amount: 'Amount', payment: 'Payment method' }],
    ['QUANTITÀ;Qta;Totale riga;Totale Scontrino;Reparto', { quantity: 'QUANTITÀ', amount: 'Totale riga', total: 'Totale Scontrino', lineCategory: 'Reparto', line: 'Reparto' }],
    ['Nr. Doc. fiscale;Euro;Totale;Data', { number: 'Nr. Doc. fiscale', amount: 'Euro', date: 'Data' }, own],
  ];
  for (const [headings, columns, mine = new Map()] of cases) {
    it(headings, () => { assert.deepEqual(columnsOf(headings.split(/[;,]/), mine), columns); });
  }

  for (const wrong of ['Totale', 'Totale=euro', '=amount', 7]) {
    it(`refuses the form's ${JSON.stringify(wrong)}`, () => { assert.throws(() => readColumns(wrong), (error) => error instanceof ConfigError && error.field === 'columns'); });
  }

  it('are found below the title of the report, and by the form\'s own names', () => {
    const body = table('Lampade di Ginevra;;', 'Periodo dal 05/03/2026', 'Nr;Euro;Quando', '9;1,50;05/03/2026 10:00');
    assert.deepEqual(rules(file(body)), [' csv.columns']);
    const context = { ...contextOf(), columns: readColumns('Nr=number\nEuro=amount\nQuando=time') };
    assert.equal(summary(only(file(body, {}, context))), 'sale receipt/9/2026-03-05T10:00 1.50');
  });
});

describe('batch: a till\'s table', () => {
  it('makes a sale of a row, in the shop\'s own time', () => {
    const event = only(file(table(HEAD, row())));
    const { id: _id, recordedtime: _recorded, ...rest } = event;
    assert.deepEqual(rest, {
      specversion: '1.0', source: 'urn:bottega:pos:bergamo/4', type: 'sale', subject: 'receipt/12/2026-03-05T10:00', time: '2026-03-05T09:00:07.000Z', sequence: '2026-03-05T09:00:07.001Z',
      data: { store: 'bergamo', channel: 'pos', status: 'completed', amount: '7.50', currency: 'EUR', payment: 'card' },
    });
  });

  const values: readonly (readonly [change: Parameters<typeof row>[0], expected: string])[] = [
    [{ total: '1.250,40' }, 'sale 1250.40'], [{ total: '1250,4 €' }, 'sale 1250.40'], [{ total: "'000000000012,50'" }, 'sale 12.50'], [{ total: '-3,90' }, 'refund 3.90'],
    [{ total: '3,90-' }, 'refund 3.90'], [{ total: '0' }, 'sale 0.00'], [{ total: '"1.250,40"' }, 'sale 1250.40'],
  ];
  for (const [change, expected] of values) {
    it(`reads ${JSON.stringify(change)} as ${expected}`, () => {
      const { type, data } = only(file(table(HEAD, row(change))));
      assert.equal(`${type} ${String(data.amount)}`, expected);
    });
  }

  const times: readonly (readonly [date: string, clock: string, time: string, quality?: string])[] = [
    ['05/03/2026', '10.00', '2026-03-05T09:00:00.000Z'], ['5/3/26', '9:05:30', '2026-03-05T08:05:30.000Z'], ['2026-03-05', '10:00', '2026-03-05T09:00:00.000Z'],
    ['29/03/2026', '02:30', '2026-03-29T01:30:00.000Z', 'time.gap'], ['26/10/2025', '02:30', '2025-10-26T00:30:00.000Z', 'time.ambiguous'],
    ['05/03/2026', '', '2026-03-04T23:00:00.000Z', 'time.dateonly'], ['05/03/2026 10:00:07', '', '2026-03-05T09:00:07.000Z'],
  ];
  for (const [date, clock, time, quality] of times) {
    it(`reads ${date} and ${clock} as ${time}`, () => {
      const event = only(file(table(HEAD, row({ date, clock }))));
      assert.deepEqual([event.time, event.data.x_quality], [time, quality]);
    });
  }

  const refusals: readonly (readonly [change: Parameters<typeof row>[0], rule: string])[] = [
    [{ date: '31/02/2026' }, '/Data date.impossible'], [{ date: 'ieri' }, '/Data date.form'], [{ total: 'gratis' }, '/Totale number.form'], [{ total: '' }, '/Totale required'],
    [{ total: '7,50 $' }, '/Totale number.currency'], [{ number: '' }, '/Scontrino required'], [{ date: '05/03/2027' }, '/Data time.future'],
  ];
  for (const [change, rule] of refusals) {
    it(`refuses ${JSON.stringify(change)}: ${rule}, and takes its neighbors`, () => {
      const outcome = file(table(HEAD, row({ number: '1' }), row(change), row({ number: '3' })));
      assert.deepEqual(outcome.refusals.map(({ index, path, rule: broken }) => `${String(index)} ${path} ${broken}`), [`1 ${rule}`]);
      assert.deepEqual(outcome.events.map(({ subject }) => subject?.split('/')[1]), ['1', '3']);
    });
  }

  it('reads decimal points where the file has no other', () => {
    const body = table('receipt,date,time,total', '1,2026-03-05,10:00,12.50', '2,2026-03-05,10:05,"1,250.40"', '3,2026-03-05,10:06,7');
    assert.deepEqual(file(body).events.map(({ data }) => data.amount), ['12.50', '1250.40', '7.00']);
    const mixed = file(table(HEAD, row({ number: '1', total: '12.50' }), row({ number: '2', total: '12,50' })));
    assert.deepEqual([mixed.events.map(({ data }) => data.amount), rules(mixed)], [['12.50'], ['/Totale number.grouping']]);
  });

  it('is read in the letters of Windows, in UTF-16 and with a mark', () => {
    const text = table('Data;Ora;Scontrino;Totale;Quantità', '05/03/2026;10:00;1;5,00 €;3');
    const windows = Buffer.from(text.replace('€', '\u0080').replace('à', '\u00e0'), 'latin1');
    for (const bytes of [windows, Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, 'utf16le')]), Buffer.from(`\ufeff${text}`)]) {
      const { data } = only(file(bytes));
      assert.deepEqual([data.amount, data.quantity], ['5.00', 3]);
    }
  });

  it('is read with tabs, commas and Excel\'s hint', () => {
    const lines = [HEAD, row()];
    for (const body of [lines.join('\n').replaceAll(';', '\t'), `sep=;\r\n${lines.join('\r\n')}`, lines.join('\n').replace(',', '.').replaceAll(';', ',')]) {
      assert.equal(summary(only(file(body))), 'sale receipt/12/2026-03-05T10:00 7.50');
    }
  });

  it('belongs to the store and till that the sender names, where it names none itself', () => {
    const body = table('Data;Scontrino;Totale', '05/03/2026 10:00;1;5,00');
    const { source, data } = only(file(body, { store: 'AT-01', till: '9' }));
    assert.deepEqual([source, data.store], ['urn:bottega:pos:asti/9', 'asti']);
    assert.equal(only(file(table('Negozio;Cassa;Data;Scontrino;Totale', 'AT-01;2;05/03/2026 10:00;1;5,00'), { store: 'BG-02', till: '9' })).source, 'urn:bottega:pos:asti/2');
  });

  it('is the receipt that the till has pushed itself', () => {
    const pushed = { idNegozio: 'BG-02', idCassa: '4', numeroScontrino: '12', dataOra: '05/03/2026 10:00:07', totale: '7,50', pagamenti: [{ tipo: 'ELETTRONICO' }], stato: 'completo' };
    assert.equal(only(send({ provider: 'pos', body: pushed })).id, only(file(table(HEAD, row()))).id);
  });

  it('distinguishes returns and voided receipts by their type', () => {
    const kinds = ['Vendita', 'Reso', 'Annullo', 'Annullato'].map((kind, index) => `05/03/2026 10:00;${String(index)};5,00;${kind}`);
    const { events } = file(table('Data;Scontrino;Totale;Tipo', ...kinds));
    assert.deepEqual(events.map(({ type, data }) => `${type} ${String(data.status)}`), ['sale completed', 'refund completed', 'sale voided', 'sale voided']);
  });

  it('ignores its totals and empty rows', () => {
    const { events, ignored, refused } = file(table(HEAD, row(), ';;;;;', ';;;Totale;7,50;', 'TOTALE GENERALE;;;;7,50;'));
    assert.deepEqual([events.length, ignored.map(({ reason }) => reason), refused], [1, ['row.total', 'row.total'], 0]);
  });

  it('leaves everything about people behind', () => {
    const outcome = file(table(`${HEAD};Operatore;Cliente;Codice fiscale`, `${row()};Tommaso;Ginevra Colombo;CLMGVR80A41A794X`));
    assert.ok(!/tommaso|ginevra|clmgvr/i.test(JSON.stringify(outcome.events)));
  });
});

describe('batch: canonical events', () => {
  const event = { specversion: '1.0', id: 'e-1', source: 'urn:prova', type: 'sale', subject: 'order/1', time: '2026-03-05T09:00:00.000Z', data: { store: 'asti', amount: '5.00' } };
  const text = JSON.stringify(event);

  for (const [name, body] of [['a line', text], ['lines', `${text}\n\n${text}\r\n`], ['an array', `[${text},${text}]`], ['an object over lines', JSON.stringify(event, null, 2)]] as const) {
    it(`come as ${name}`, () => {
      const { events, refused } = file(body, { 'content-type': 'application/x-ndjson' });
      assert.deepEqual([new Set(events.map(({ id }) => id)), refused], [new Set(['e-1']), 0]);
    });
  }

  it('are refused one by one, with one reason each', () => {
    const outcome = file(`${text}\nciao\n{"specversion":"1.0"}\n7`, { 'content-type': 'application/jsonl' });
    assert.deepEqual(outcome.refusals.map(({ index, path, rule }) => [index, path, rule]), [[1, '', 'json'], [2, '/id', 'required'], [3, '', 'type']]);
    assert.equal(outcome.events.length, 1);
  });

  it('come as a table whose columns are their fields', () => {
    const body = table('type,time,subject,store,channel,amount,campaign.source,customer,x_note', 'sale,2026-03-05T09:00:00Z,order/1,asti,online,12.50,Instagram,a@b.it,uno', 'visit,05/03/2026 10:00,,,pos,,,,');
    const { events, refused } = file(body);
    assert.equal(refused, 0);
    assert.deepEqual(events.map(({ type, source, time }) => [type, source, time]), [['sale', 'urn:bottega:batch', '2026-03-05T09:00:00.000Z'], ['visit', 'urn:bottega:batch', '2026-03-05T09:00:00.000Z']]);
    assert.deepEqual(events[0]?.data, { store: 'asti', channel: 'online', amount: '12.50', currency: 'EUR', campaign: { source: 'Instagram' }, customer: contextOf().pseudonym('a@b.it'), x_note: 'uno' });
    assert.equal(events[1]?.data.store, 'bergamo');
  });

  it('say what of the amount is no revenue, and of which sale a payment is', () => {
    const body = table('type,time,id,subject,amount,discount,tip,shipping,giftCards,refersTo', 'sale,2026-03-05T09:00:00Z,s1,order/1,61.00,3.00,1.00,5.00,20.00,', 'payment,2026-03-05T09:01:00Z,,payment/1,61.00,,,,,order/1');
    const { events, refused } = file(body);
    assert.equal(refused, 0);
    assert.deepEqual(events.map(({ data }) => data), [
      { store: 'bergamo', amount: '61.00', currency: 'EUR', discount: '3.00', tip: '1.00', shipping: '5.00', giftCards: '20.00' },
      { store: 'bergamo', amount: '61.00', currency: 'EUR', refersTo: 'order/1' },
    ]);
  });
});

describe('batch: closings', () => {
  const cor10 = (change: { number?: string; prefix?: string; root?: string; sums?: string; totals?: string; at?: string; transmission?: string; before?: string } = {}): string => {
    const { number = '00031', prefix = 'n1:', root = '', sums = '<Riepilogo><IVA><AliquotaIVA>22.00</AliquotaIVA><Imposta>44.00</Imposta></IVA><Ammontare>230.00</Ammontare><ImportoParziale>200.00</ImportoParziale></Riepilogo>' } = change;
    const space = prefix === '' ? 'xmlns' : `xmlns:${prefix.slice(0, -1)}`;
    return `${change.before ?? '<?xml version="1.0" encoding="UTF-8"?>'}<${prefix}DatiCorrispettivi ${space}="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/corrispettivi/dati/v1.0" versione="COR10"${root}>
      <Trasmissione><PIVAEsercente>01234567890</PIVAEsercente><Progressivo>${number}</Progressivo>${change.transmission ?? ''}<Dispositivo><Tipo>RT</Tipo><IdDispositivo>88PRV000012E5</IdDispositivo></Dispositivo></Trasmissione>
      <DataOraRilevazione>${change.at ?? '2026-03-05T20:00:00+01:00'}</DataOraRilevazione>
      <DatiRT>${sums}<Totali>${change.totals ?? '<NumeroDocCommerciali>9</NumeroDocCommerciali><PagatoContanti>144.00</PagatoContanti><PagatoElettronico>100.00</PagatoElettronico>'}</Totali></DatiRT></${prefix}DatiCorrispettivi>`;
  };

  it('of a fiscal till are gross of tax after returns, under its seal and number', () => {
    const { id: _id, recordedtime: _recorded, sequence: _sequence, ...rest } = only(file(cor10()));
    assert.deepEqual(rest, {
      specversion: '1.0', source: 'urn:bottega:batch:88PRV000012E5', type: 'closing', subject: '88PRV000012E5/00031', time: '2026-03-05T19:00:00.000Z',
      data: { store: 'bergamo', channel: 'pos', status: 'completed', amount: '244.00', currency: 'EUR', taxes: [{ rate: '22', amount: '44.00' }], x_net: '200.00', x_tax: '44.00', x_cash: '144.00', x_electronic: '100.00', x_receipts: 9 },
    });
  });

  it('are the same whatever the prefix, and others with another number', () => {
    const ids = [cor10(), cor10({ prefix: 'ns3:' }), cor10({ prefix: 'p:' }), cor10({ number: '00032' })].map((body) => only(file(body)).id);
    assert.deepEqual([ids[0] === ids[1], ids[0] === ids[2], ids[0] === ids[3]], [true, true, false]);
  });

  const exempt = '<Riepilogo><Natura>N4</Natura><Ammontare>10.00</Ammontare><ImportoParziale>10.00</ImportoParziale></Riepilogo>';
  const returned = '<Riepilogo><IVA><AliquotaIVA>10.00</AliquotaIVA><Imposta>-1.00</Imposta></IVA><Ammontare>0.00</Ammontare><ImportoParziale>-10.00</ImportoParziale></Riepilogo>';
  const taxed = (vat: string): string => `<Riepilogo>${vat}<Ammontare>10.00</Ammontare><ImportoParziale>10.00</ImportoParziale></Riepilogo>`;
  const [ten, shared] = ['<IVA><AliquotaIVA>10.00</AliquotaIVA><Imposta>1.00</Imposta></IVA>', '<VentilazioneIVA>SI</VentilazioneIVA>'].map(taxed);
  const rates: readonly (readonly [name: string, sums: string, taxes: readonly object[] | undefined])[] = [
    ['each rate', `${ten ?? ''}${ten ?? ''}${exempt}`, [{ rate: '10', amount: '2.00' }, { rate: '0', amount: '0.00' }]],
    ['none, where it is shared over rates later', shared ?? '', undefined],
    ['none, where more came back at a rate than was sold', `${ten ?? ''}${ten ?? ''}${returned}`, undefined],
  ];
  for (const [name, sums, taxes] of rates) it(`state VAT of ${name}`, () => { assert.deepEqual(only(file(cor10({ sums, totals: '' }))).data.taxes, taxes); });

  const kinds: readonly (readonly [name: string, change: Parameters<typeof cor10>[0], amount: string | undefined, quality: string | undefined])[] = [
    ['several rates and exempt sales', { sums: exempt + exempt, totals: '' }, '20.00', undefined],
    ['a day without sales', { sums: '', totals: '' }, '0.00', undefined],
    ['what is not paid yet', { totals: '<PagatoContanti>100.00</PagatoContanti>' }, '244.00', 'closing.gap'],
    ['more returns than sales', { sums: returned, totals: '' }, undefined, 'closing.negative'],
  ];
  for (const [name, change, amount, quality] of kinds) {
    it(`state ${name}`, () => {
      const { data } = only(file(cor10(change)));
      assert.deepEqual([data.amount, data.x_quality], [amount, quality]);
    });
  }

  const wrong: readonly (readonly [body: string, rule: string])[] = [
    [cor10({ before: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' }), ' xml.doctype'], ['<a><b></a>', ' xml.form'], ['<a>&unknown;</a>', ' xml.form'], ['<a>'.repeat(50), ' xml.size'],
    ['<DatiCorrispettivi/>', ' xml.root'], ['<FatturaElettronica xmlns="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"/>', ' xml.root'],
    [cor10({ number: '' }), '/Trasmissione/Progressivo required'], [cor10({ at: 'ieri' }), '/DataOraRilevazione date.form'],
    [cor10({ totals: '<PagatoContanti>1.000,00</PagatoContanti>' }), '/Totali/PagatoContanti number.form'],
  ];
  for (const [body, rule] of wrong) {
    it(`refuse ${body.slice(0, 40)}: ${rule}`, () => { assert.deepEqual(rules(file(body)), [rule]); });
  }

  const bare = (change: { sums?: string; part?: string; open?: string; close?: string } = {}): string => {
    const { sums = '<Riepilogo><IVA><AliquotaIVA>22.00</AliquotaIVA><Imposta>4.40</Imposta></IVA><ImportoParziale>20.00</ImportoParziale></Riepilogo>', part = 'DatiRT' } = change;
    const [open, close] = [change.open ?? '<DatiCorrispettivi versione="COR10">', change.close ?? '</DatiCorrispettivi>'];
    return `${open}<Trasmissione><Progressivo>7</Progressivo></Trasmissione><DataOraRilevazione>2026-03-05T20:00:00</DataOraRilevazione><${part}>${sums}</${part}>${close}`;
  };
  const single = (): NormalizeContext => ({ ...contextOf(), stores: [{ id: 'bergamo', aliases: [] }] });

  it('without a device are of the till that the sender names, else of the store\'s only one', () => {
    assert.equal(only(file(bare(), { till: '99XYZ1' })).subject, '99XYZ1/7');
    assert.equal(only(file(bare(), { store: 'AT-01' })).subject, 'asti/7');
    assert.equal(only(file(bare(), {}, single())).subject, 'bergamo/7');
    assert.deepEqual(rules(file(bare())), ['/Trasmissione/Dispositivo/IdDispositivo required']);
  });

  const rated = (sums: string): string => `<Riepilogo><IVA><AliquotaIVA>10.00</AliquotaIVA><Imposta>9.00</Imposta></IVA>${sums}</Riepilogo>`;
  const taken: readonly (readonly [name: string, sums: string, amount: string, quality?: string])[] = [
    ['returns and voids that are taken off already', rated('<Ammontare>100.00</Ammontare><ImportoParziale>90.00</ImportoParziale><TotaleAmmontareResi>7.00</TotaleAmmontareResi>'), '99.00'],
    ['returns and voids per rate', rated('<Ammontare>100.00</Ammontare><TotaleAmmontareResi>7.00</TotaleAmmontareResi><TotaleAmmontareAnnulli>3.00</TotaleAmmontareAnnulli>'), '99.00'],
    ['voids of two rates', rated('<Ammontare>60.00</Ammontare><TotaleAmmontareAnnulli>10.00</TotaleAmmontareAnnulli>').repeat(2), '118.00'],
    ['sums that say nothing of returns', rated('<Ammontare>90.00</Ammontare>'), '99.00', 'closing.returns'],
    ['meal vouchers', `${rated('<ImportoParziale>91.00</ImportoParziale>')}<Totali><PagatoContanti>50.00</PagatoContanti><PagatoTicket>50.00</PagatoTicket></Totali>`, '100.00'],
  ];
  for (const [name, sums, amount, quality] of taken) {
    it(`count ${name}`, () => {
      const { data } = only(file(bare({ sums }), { till: '4' }));
      assert.deepEqual([data.amount, data.x_quality], [amount, quality]);
    });
  }

  it('of vending machines count like tills\'', () => {
    for (const sums of [rated('<ImportoParziale>30.00</ImportoParziale>'), '<Ammontare>39.00</Ammontare>', '<Periferica><Ammontare>19.50</Ammontare></Periferica><Periferica><Ammontare>19.50</Ammontare></Periferica>']) {
      assert.equal(only(file(bare({ sums, part: 'DatiDA' }), { till: '4' })).data.amount, '39.00');
    }
  });

  it('are read with any namespace, or with a prefix that nobody declares', () => {
    const ways = [['<x:DatiCorrispettivi>', '</x:DatiCorrispettivi>'], ['<DatiCorrispettivi xmlns="urn:corrispettivi:v2">', '</DatiCorrispettivi>'],
      ['<a:DatiCorrispettivi xmlns:a="https://ivaservizi.agenziaentrate.gov.it/docs/xsd/corrispettivi/dati/v9.0">', '</a:DatiCorrispettivi>']];
    for (const [open = '', close = ''] of ways) assert.equal(only(file(bare({ open, close }), { till: '4' })).data.amount, '24.40');
    assert.deepEqual(rules(file(bare({ open: '<DatiCorrispettivi xmlns="urn:altro">' }))), [' xml.root']);
  });

  it('that are sent again corrected replace what they said, and are the same event otherwise', () => {
    const sentAt = (receivedAt: number, body: string): ShopEvent => only(normalize(Buffer.from(body), { provider: 'batch', headers: { till: '4' }, receivedAt }, contextOf()));
    const [first, again, corrected] = [sentAt(NOW - 7_200_000, bare()), sentAt(NOW - 3_600_000, bare()), sentAt(NOW, bare({ sums: rated('<ImportoParziale>1.00</ImportoParziale>') }))];
    assert.equal(first.id, again.id);
    for (const order of [[first, corrected], [corrected, first], [corrected, again, first]]) {
      let fact: Fact | undefined;
      for (const event of order) fact = mergeEvent(fact, event, 'EUR');
      assert.equal(fact && fieldOf(fact, 'amount'), 1_000);
    }
  });

  it('of a rehearsal are ignored', () => { assert.deepEqual(file(cor10({ root: ' simulazione="true"' })).ignored, [{ index: 0, reason: 'test' }]); });

  it('of the revenue agency\'s list are provisional and net of nothing twice', () => {
    const head = 'Id invio;Matricola dispositivo;Data e ora rilevazione;Data e ora trasmissione;Ammontare delle vendite (totale in euro);'
      + 'Imponibile vendite (totale in euro);Imposta vendite (totale in euro);Periodo di inattivita\' da;Periodo di inattivita\' a';
    const { events, refusals } = file(table(head, "'81';'88PRV000012';05/03/2026 20:00:00;05/03/2026 20:01:10;000000000200,00;000000000200,00;000000000044,00;;", "'82';'88PRV000012';ieri;05/03/2026 20:01:10;0;0;0;;"));
    assert.deepEqual(events.map(({ subject, time, data }) => [subject, time, data.amount, data.status]), [['88PRV000012/ade-81', '2026-03-05T19:00:00.000Z', '244.00', 'open']]);
    assert.deepEqual(refusals.map(({ index, path, rule }) => [index, path, rule]), [[1, '/Data e ora rilevazione', 'date.form']]);
  });

  it('name no person', () => { assert.ok(!JSON.stringify(file(cor10())).includes('01234567890')); });
});

describe('batch: whatever is sent', () => {
  for (const body of ['', '   ', '\ufeff', Buffer.from([0, 1, 2]), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0])]) {
    it(`${JSON.stringify(body)} is no file`, () => { assert.deepEqual(rules(file(body)), [' text.form']); });
  }
});
