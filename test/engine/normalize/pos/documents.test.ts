/** Sales, returns, voids and what is no sale, as tills send them. */
import assert from 'node:assert/strict';
import type { NormalizedBody } from '../../../../engine/normalize/normalize.js';
import { readMapping, upgradeMapping, type SavedMapping } from '../../../../engine/normalize/mapping/fieldMapping.js';
import { contextOf, only, rules, send } from '../../../fixtures/normalizing.js';

type Body = Readonly<Record<string, unknown>>;

const BODY = { idNegozio: 'bergamo', idCassa: '3', numeroScontrino: '45', dataOra: '20/11/2026 13:05', totale: '7,00' };
const pos = (change: Body, mapping: SavedMapping = {}): NormalizedBody => send({ provider: 'pos', body: { ...BODY, ...change }, context: contextOf(mapping) });

/** "refund completed 7.00 receipt/45/…". */
function summaryOf(change: Body, mapping: SavedMapping = {}): string {
  const { type, subject, data } = only(pos(change, mapping));
  return [type, data.status, data.amount, subject, ...(data.refersTo === undefined ? [] : ['of', data.refersTo])].join(' ');
}

describe('a till\'s document', () => {
  const minute = '2026-11-20T13:05';
  const cases: readonly (readonly [Body, string])[] = [
    [{}, `sale completed 7.00 receipt/45/${minute}`],
    [{ tipoDocumento: 'Reso merce' }, `refund completed 7.00 receipt/45/${minute}`],
    [{ tipoDocumento: 'Nota di credito', totale: '-7,00' }, `refund completed 7.00 receipt/45/${minute}`],
    [{ totale: '-7,00' }, `refund completed 7.00 receipt/45/${minute}`],
    [{ stato: 'Annullato' }, `sale voided 7.00 receipt/45/${minute}`],
    [{ stato: 'annullata', totale: '-7,00' }, `sale voided 7.00 receipt/45/${minute}`],
    [{ stato: 'Storno' }, `sale voided 7.00 receipt/45/${minute}`],
    [{ stato: 'ANNULLATO', totale: null }, `sale voided  receipt/45/${minute}`],
    [{ tipoDocumento: 'annullamento' }, `sale voided 7.00 void/45/${minute}`],
    [{ tipoDocumento: 'Storno', totale: '-7,00' }, `sale voided 7.00 void/45/${minute}`],
    [{ tipoDocumento: 'Annullo', totale: null, riferimento: '0044' }, `sale voided  void/45/${minute} of receipt/44`],
    [{ tipoDocumento: 'Annullo', riferimento: '0012-0034 del 19/11/2026' }, `sale voided 7.00 void/45/${minute} of receipt/12-34/2026-11-19`],
    [{ tipoDocumento: 'Annullo', riferimento: 'n. 44', dataRiferimento: '19/11/2026 10:30:59' }, `sale voided 7.00 void/45/${minute} of receipt/44/2026-11-19T10:30`],
    [{ tipoDocumento: 'Annullo', riferimento: { numero: 44, data: '19/11/2026' } }, `sale voided 7.00 void/45/${minute} of receipt/44/2026-11-19`],
    [{ tipoDocumento: 'Reso', scontrinoRiferimento: '44', dataRiferimento: '19/11/2026' }, `refund completed 7.00 receipt/45/${minute} of receipt/44/2026-11-19`],
    [{ tipoDocumento: 'Annullo scontrino n. 0044' }, `sale voided 7.00 void/45/${minute} of receipt/44`],
    [{ tipoDocumento: 'RESO N° 44 del 19/11' }, `refund completed 7.00 receipt/45/${minute} of receipt/44/2026-11-19`],
    [{ tipoDocumento: 'Reso n. 44 del 21/12 (contanti)' }, `refund completed 7.00 receipt/45/${minute} of receipt/44/2025-12-21`],
    [{ stato: 'Annullato n. 44' }, `sale voided 7.00 receipt/45/${minute}`],
    [{ tipoDocumento: 'Annullo n. 44', riferimento: '43' }, `sale voided 7.00 void/45/${minute} of receipt/43`],
    [{ tipoDocumento: 'Annullo n. 44', dataRiferimento: '19/11/2026' }, `sale voided 7.00 void/45/${minute} of receipt/44/2026-11-19`],
    [{ tipoDocumento: 'Reso n. 0045 del 20/11' }, `refund completed 7.00 receipt/45/${minute}`],
    [{ tipoDocumento: 'Reso 44' }, `refund completed 7.00 receipt/45/${minute}`],
    [{ tipoDocumento: 'Scontrino n. 44' }, `sale completed 7.00 receipt/45/${minute}`],
    [{ tipoDocumento: 'Annullo', riferimento: '44 del 19/11' }, `sale voided 7.00 void/45/${minute} of receipt/44/2026-11-19`],
    [{ tipoDocumento: 'DOCUMENTO COMMERCIALE emesso per ANNULLAMENTO N. 0018-0056 del 18/11/2026' }, `sale voided 7.00 void/45/${minute} of receipt/18-56/2026-11-18`],
    [{ tipoDocumento: 'DOCUMENTO COMMERCIALE\nemesso per RESO MERCE\nN. 0018-0056 del 18/11/2026' }, `refund completed 7.00 receipt/45/${minute} of receipt/18-56/2026-11-18`],
    [{ tipoDocumento: 'ANNULLO DOC. N. 12 DEL 16-11-2026' }, `sale voided 7.00 void/45/${minute} of receipt/12/2026-11-16`],
    [{ tipoDocumento: 'Reso\u200b n. 7' }, `refund completed 7.00 receipt/45/${minute} of receipt/7`],
    [{ tipoDocumento: 'Re\u00adso n. 7' }, `refund completed 7.00 receipt/45/${minute} of receipt/7`],
    [{ tipoDocumento: 'Rimborso Satispay' }, `refund completed 7.00 receipt/45/${minute}`],
    [{ tipoDocumento: 'Annullo reso n. 8' }, `sale voided 7.00 void/45/${minute} of receipt/8`],
    [{ tipoDocumento: 'Storno nota di credito n. 3 del 19/11' }, `sale voided 7.00 void/45/${minute} of receipt/3/2026-11-19`],
    [{ tipoDocumento: 'Annullo reso', riferimento: 'Documento commerciale n. 8' }, `sale voided 7.00 void/45/${minute} of receipt/8`],
    [{ tipoDocumento: 'Annullo reso' }, `sale voided 7.00 void/45/${minute} of receipt/45`],
    [{ tipoDocumento: 'Annullo reso n. 45' }, `sale voided 7.00 void/45/${minute} of receipt/45`],
    [{ stato: 'PAGATA' }, `sale completed 7.00 receipt/45/${minute}`],
    [{ stato: 'Closed' }, `sale completed 7.00 receipt/45/${minute}`],
    [{ stato: 'IN_ATTESA' }, `sale open 7.00 receipt/45/${minute}`],
    [{ stato: 'annullati' }, `sale voided 7.00 receipt/45/${minute}`],
    [{ stato: 'Rimborsato' }, `refund completed 7.00 receipt/45/${minute}`],
    [{ stato: 'reso', tipoDocumento: 'Vendita' }, `refund completed 7.00 receipt/45/${minute}`],
    [{ riferimento: 'tavolo 5' }, `sale completed 7.00 receipt/45/${minute}`],
  ];
  for (const [change, expected] of cases) it(`${JSON.stringify(change)} is ${expected}`, () => { assert.equal(summaryOf(change), expected); });

  it('is ignored where it is known to be no sale, whatever else it says', () => {
    const { events, refusals, ignored } = pos({ tipoDocumento: 'Preconto', dataOra: 'mai', totale: null });
    assert.deepEqual([events, refusals, ignored], [[], [], [{ index: 0, reason: 'document' }]]);
  });

  it('is refused where nobody knows its kind, until the form says it', () => {
    assert.deepEqual(rules(pos({ tipoDocumento: 'Ghirigoro' })), ['/tipoDocumento document.unknown']);
    assert.deepEqual(rules(pos({ tipoDocumento: 3 })), ['/tipoDocumento document.unknown']);
    assert.equal(summaryOf({ tipoDocumento: 'GHIRIGÒRO' }, { kinds: 'ghirigoro=return' }), `refund completed 7.00 receipt/45/${minute}`);
    assert.equal(summaryOf({ tipoDocumento: 3 }, { kinds: '3=sale' }), `sale completed 7.00 receipt/45/${minute}`);
  });

  it('is refused once for each thing that is wrong, with the longest text that may be', () => {
    assert.deepEqual(pos({ dataOra: '31/02/2026 10:00' }).refusals.map(({ path, rule }) => `${path} ${rule}`), ['/dataOra date.impossible']);
    const [refusal, ...more] = pos({ tipoDocumento: 'x'.repeat(129) }).refusals;
    assert.deepEqual([refusal?.rule, refusal?.message, more], ['maxLength', 'kind must be text of at most 128 characters', []]);
    assert.deepEqual(pos({ numeroScontrino: '4'.repeat(65) }).refusals.map(({ message }) => message), ['number must be text of at most 64 characters']);
  });

  it('names a day that there is', () => {
    assert.deepEqual(rules(pos({ tipoDocumento: 'Annullo', riferimento: '44', dataRiferimento: '31/02/2026' })), [
      '/dataRiferimento|dataDocumentoRiferimento|dataScontrinoRiferimento|dataScontrinoAnnullato|dataOrigine date.impossible'.replace(/\|.*\s/, ' '),
    ]);
  });

  it('of a file is known by the same words', () => {
    const kinds = ['Vendita', 'Documento di reso', 'Annullo', 'Annullato', 'Proforma', 'Ghirigoro', 'Reso n. 0', 'Resoconto'].map((kind, index) => `20/11/2026 13:05;${String(index)};5,00;${kind}`);
    const { events, ignored, refusals } = send({ provider: 'batch', body: ['Data;Scontrino;Totale;Tipo', ...kinds].join('\n'), headers: { 'content-type': 'text/csv' } });
    assert.deepEqual(events.map(({ type, subject, data }) => `${type} ${String(data.status)} ${String(subject?.split('/', 1))}`), [
      'sale completed receipt', 'refund completed receipt', 'sale voided void', 'sale voided receipt', 'refund completed receipt',
    ]);
    assert.equal(events.at(-1)?.data.refersTo, 'receipt/0');
    assert.deepEqual([ignored.map(({ index }) => index), refusals.map(({ index, rule }) => `${String(index)} ${rule}`)], [[4], ['5 document.unknown', '7 document.unknown']]);
  });
});

describe('a mapping of a former release', () => {
  it('keeps what it said', () => {
    const former = { returns: 'reso, RM', receiptNumbers: 'unique', statuses: 'fatto=completed\nannullato=cancelled\nvia = cancelled ', zone: 'Europe/Rome' };
    const upgraded = upgradeMapping(former);
    assert.deepEqual(upgraded, { kinds: 'RM=return', receiptNumbers: 'never', statuses: 'fatto=completed\nannullato=voided\nvia =voided', zone: 'Europe/Rome' });
    assert.deepEqual(upgradeMapping(upgraded), upgraded);
    assert.equal(upgradeMapping({ receiptNumbers: 'perDay' })['receiptNumbers'], 'midnight');
    assert.doesNotThrow(() => readMapping(upgraded, 'Europe/Rome'));
    assert.deepEqual(upgradeMapping({}), {});
  });
});
