/** Kinds of tills' documents by their words. */
import assert from 'node:assert/strict';
import { DOCUMENT_KINDS, type DocumentKind, documentKindOf, plainWords } from '../../../../engine/normalize/mapping/documentKinds.js';

const WORDS: Readonly<Record<DocumentKind | 'unknown', readonly string[]>> = {
  sale: [
    'Vendita', 'SCONTRINO', 'Documento commerciale', 'DOCUMENTO COMMERCIALE di vendita o prestazione', 'Doc. comm.', 'Fattura', 'fattura-immediata', 'Scontrino parlante',
    'vendita al banco', 'Ricevuta fiscale', 'receipt', 'Sale', 'INVOICE', 'take-away', 'TD01', 'Fattura elettronica', 'Vendita al dettaglio', 'FATTURE',
    'Scontrino n. 12', 'Documento commerciale n. 0012-0034', 'Tavolo 12', 'Fattura n. 12/A', 'Vendita contanti', 'Vendita Satispay',
    'Fattura n. 7 del 3/11/2026', 'Sale - card',
    'Ricevute', 'documentoCommerciale', 'DocumentoCommercialeDiVendita', 'Invoices', 'RT',
  ],
  return: [
    'Reso', 'RESO_MERCE', 'reso  merce', 'Nota di Credito', 'NOTA_DI_CREDITO', 'nota credito', 'Rimborso', 'Documento commerciale emesso per reso merce', 'Documento di reso',
    'documento.commerciale.per.reso', 'storno merce', 'refund', 'RETURN', 'Credit Note', 'credit-memo', 'TD04', 'Resi', 'Reso parziale', 'Resi merci', 'Restituzione merce', 'Partial refund', 'refunded sale',
    'Reso n. 12', 'Reso nr 12', 'RESO N° 12 del 03/11', 'Store credit refund', 'Refund (store credit)', 'Nota di credito n. 5/2026', 'Reso #12',
    'Reso 12', 'Rimborso in contanti',
    'Documento commerciale di reso n. 0012-0034 del 21/11/2026', 'Reso n. 12 (contanti)', 'Cash refund', 'Rimborso con buono', 'Reso 03/11/2026', 'resoMerce n. 4', 'Refund No. 12 of 3/11',
    'CREDIT NOTES', 'DOCUMENTO COMMERCIALE emesso per RESO MERCE N. 0018-0056 del 28/11/2026', 'Reso\u200b n. 7', 'Re\u00adso',
    'Rimborso Satispay', 'Reso PayPal n. 3', 'Refund - Apple Pay', 'Rimborso buoni pasto', 'resoMerce', 'ResoMerce', 'notaCredito', 'documentoReso', 'ReSo', 'Sales Return', 'Note di accredito',
  ],
  void: [
    'Annullo', 'ANNULLAMENTO', 'Scontrino annullato', 'Documento commerciale per annullamento', 'Annullo scontrino', 'storno', 'Stornò', 'Storno vendita', 'VOID', 'voided', 'Cancelled',
    'annulló', 'void sale', 'Annullo totale', 'Storno totale', 'VOIDS', 'Annullati', 'aNnUlLo', 'annulloVendita', 'Cancellations',
    'Annullo scontrino n. 0012', 'Void receipt no. 12', 'Annullo del 03/11/2026', 'Annullato n. 12', 'ANNULLO NR. 7 DEL 21.11.2026', 'Void #3 (card)',
    'DOCUMENTO COMMERCIALE emesso per ANNULLAMENTO N. 0018-0056 del 28/11/2026', 'ANNULLO DOC. N. 12 DEL 26-11-2026', 'An\u00adnullo', 'Annullo\u200b n. 7',
    'Annullo reso n. 8', 'Storno nota di credito n. 3', 'Annullo reso', 'annulloReso', 'Void refund #8', 'ANNULLAMENTO RESO MERCE N. 8 DEL 26/11', 'Storno rimborso Satispay', 'Scontrino cancellato',
  ],
  ignored: [
    'Proforma', 'PRO-FORMA', 'Fattura pro forma', 'Preconto', 'Comanda', 'Scontrino di cortesia', 'scontrino-regalo', 'Preventivo', 'gift receipt', 'Bill Preview', 'Non fiscale',
    'Documento non valido ai fini fiscali', 'D.D.T.', 'DDT', 'Documento di trasporto', 'Chiusura giornaliera', 'documento gestionale', 'training', 'Preconto 3', 'Comanda n. 14', 'Chiusura giornaliera n. 120 del 21/11/2026',
    'PRECONTI', 'Pro forma invoice', 'proFormaInvoice', 'Courtesy receipt', 'Quotes', 'Fatture Pro-Forma', 'Scontrini regalo', 'Gift receipts',
  ],
  unknown: [
    'Resoconto', 'Resoconto n. 12', 'Annullabile', 'Annullabile 3', 'Nota di credito mai', 'Reso n. mai', 'Reso del mese', 'Reso 12,50', 'Reso 50%', 'Reson 12', 'Reso n. 12 annullato',
    'Comanda reso', 'Reso Satispay mai', 'Vendita ticket restaurant', 'Satispay', 'Reso annullato',
    'Tipo 3', 'Tipo n. 3', 'Cassa n. 2', 'Operazione 5', 'Documento 12', 'n. 12', '12', 'TD 99', 'Ghirigoro n. 12', 'Storno parziale n. 12', 'partial void #3',
    'Reso vendita annullata n. 12', `Reso${' '.repeat(128)}n. 12`, 'Buono', 'Contanti', 'Store credit', 'Vendita buono', 'Gift card sale', 'Scontrino in contanti', 'ghirigoro', 'Storno parziale',
    'partial void', 'totale', 'parziale', 'Vendita ghirigoro', 'Reso fattura annullata', 'reso vendita annullata', 'x', '99', 'constructor', '__proto__',
  ],
};

describe('kinds of documents', () => {
  for (const kind of [...DOCUMENT_KINDS, 'unknown'] as const) {
    for (const word of WORDS[kind]) {
      it(`"${word}" is ${kind}`, () => {
        assert.equal(documentKindOf(word, new Map()), kind === 'unknown' ? undefined : kind);
      });
    }
  }

  it('are the shop\'s own before ours, also inside a longer name', () => {
    const own = new Map<string, DocumentKind>([[plainWords('STORNO'), 'return'], [plainWords('Bolla-7'), 'sale']]);
    assert.deepEqual(['Documento di storno', 'bolla 7', 'annullo', 'Storno n. 12', 'Bolla-7 del 3/11'].map((word) => documentKindOf(word, own)), ['return', 'sale', 'void', 'return', 'sale']);
  });

  it('compare words without case, accents and signs', () => {
    assert.equal(plainWords('  Così.È–(IL) Caffè_n°1 '), 'cosi e il caffe n 1');
  });
});
