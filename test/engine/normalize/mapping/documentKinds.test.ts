/** Kinds of tills' documents by their words. */
import assert from 'node:assert/strict';
import { DOCUMENT_KINDS, type DocumentKind, documentKindOf, plainWords } from '../../../../engine/normalize/mapping/documentKinds.js';

const WORDS: Readonly<Record<DocumentKind | 'unknown', readonly string[]>> = {
  sale: [
    'Vendita', 'SCONTRINO', 'Documento commerciale', 'DOCUMENTO COMMERCIALE di vendita o prestazione', 'Doc. comm.', 'Fattura', 'fattura-immediata', 'Scontrino parlante',
    'vendita al banco', 'Ricevuta fiscale', 'receipt', 'Sale', 'INVOICE', 'take-away', 'TD01', 'Fattura elettronica', 'Vendita al dettaglio', 'FATTURE',
    'Ricevute', 'documentoCommerciale', 'DocumentoCommercialeDiVendita', 'Invoices', 'RT',
  ],
  return: [
    'Reso', 'RESO_MERCE', 'reso  merce', 'Nota di Credito', 'NOTA_DI_CREDITO', 'nota credito', 'Rimborso', 'Documento commerciale emesso per reso merce', 'Documento di reso',
    'documento.commerciale.per.reso', 'storno merce', 'refund', 'RETURN', 'Credit Note', 'credit-memo', 'TD04', 'Resi', 'Reso parziale', 'Resi merci', 'Restituzione merce', 'Partial refund', 'refunded sale',
    'CREDIT NOTES', 'resoMerce', 'ResoMerce', 'notaCredito', 'documentoReso', 'ReSo', 'Sales Return', 'Note di accredito',
  ],
  void: [
    'Annullo', 'ANNULLAMENTO', 'Scontrino annullato', 'Documento commerciale per annullamento', 'Annullo scontrino', 'storno', 'Stornò', 'Storno vendita', 'VOID', 'voided', 'Cancelled',
    'annulló', 'void sale', 'Annullo totale', 'Storno totale', 'VOIDS', 'Annullati', 'aNnUlLo', 'annulloVendita', 'Cancellations', 'Scontrino cancellato',
  ],
  ignored: [
    'Proforma', 'PRO-FORMA', 'Fattura pro forma', 'Preconto', 'Comanda', 'Scontrino di cortesia', 'scontrino-regalo', 'Preventivo', 'gift receipt', 'Bill Preview', 'Non fiscale',
    'Documento non valido ai fini fiscali', 'D.D.T.', 'DDT', 'Documento di trasporto', 'Chiusura giornaliera', 'documento gestionale', 'training',
    'PRECONTI', 'Pro forma invoice', 'proFormaInvoice', 'Courtesy receipt', 'Quotes', 'Fatture Pro-Forma', 'Scontrini regalo', 'Gift receipts',
  ],
  unknown: ['ghirigoro', 'Storno parziale', 'partial void', 'totale', 'parziale', 'Vendita ghirigoro', 'Reso fattura annullata', 'reso vendita annullata', 'x', '99', 'constructor', '__proto__'],
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
    assert.deepEqual(['Documento di storno', 'bolla 7', 'annullo'].map((word) => documentKindOf(word, own)), ['return', 'sale', 'void']);
  });

  it('compare words without case, accents and signs', () => {
    assert.equal(plainWords('  Così.È–(IL) Caffè_n°1 '), 'cosi e il caffe n 1');
  });
});
