/** A shop's own words for payments beside a kind of document. */
import assert from 'node:assert/strict';
import { type DocumentKind, documentKindOf } from '../../../../engine/normalize/mapping/documentKinds.js';
import { DEFAULT_MAPPING, readMapping } from '../../../../engine/normalize/mapping/fieldMapping.js';
import { contextOf, only, send } from '../../../fixtures/normalizing.js';

const payments = `${DEFAULT_MAPPING.payments}\ntessera soci=card\ncassaforte=cash\nbuono dipendenti=voucher\nborsellino caffè=other`;
const pos = readMapping({ payments }, 'Europe/Rome');

describe('own words for payments', () => {
  const kinds: [word: string, kind: DocumentKind | undefined][] = [
    ['Reso tessera soci', 'return'], ['Rimborso (Tessera Soci)', 'return'], ['Vendita - tessera-soci', 'sale'], ['Tessera soci: reso', 'return'],
    ['Reso n. 12 (buono dipendenti)', 'return'], ['Annullo su cassaforte', 'void'], ['Storno reso tessera soci', 'void'], ['Vendita buono dipendenti', undefined],
    ['Rimborso borsellino caffè', 'return'], ['RIMBORSO BORSELLINO CAFFE', 'return'], ['Tessera soci', undefined], ['Reso tessera', undefined], ['Reso Satispay', 'return'],
  ];
  for (const [word, kind] of kinds) it(`"${word}" is ${String(kind)}`, () => { assert.equal(documentKindOf(word, pos.kinds, pos.means), kind); });

  it('stand behind a kind as long as the form gives them', () => { assert.equal(documentKindOf('Reso tessera soci', pos.kinds), undefined); });

  const receipt = { numeroScontrino: '12', dataOra: '20/11/2026 10:00', totale: '8,00' };
  const context = contextOf({ payments });
  it('leave a pushed receipt its reference', () => {
    const { type, data } = only(send({ provider: 'pos', context, body: { ...receipt, tipoDocumento: 'Reso scontrino n. 9 (tessera soci)' } }));
    assert.deepEqual([type, data.refersTo], ['refund', 'receipt/9']);
  });
  it('leave a file its kind', () => {
    const body = 'data;numero;totale;tipo\n20/11/2026 10:00;12;8,00;Reso tessera soci\n';
    const { events, refusals } = send({ provider: 'batch', context, body, headers: { 'content-type': 'text/csv' } });
    assert.deepEqual([events.map(({ type }) => type), refusals], [['refund'], []]);
  });
});
