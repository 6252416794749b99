/**
 * `Columns` says which column of a table holds what, by the headings that tills' exports have, in Italian and English, and those that the form adds.
 */
import { ConfigError } from '../../base/errors.js';
/**
 * What a column may hold. `date` and `clock` are the two halves of `time`; `total` is the whole receipt's on each of its rows, `amount` the row's own;
 * a `line` column says that rows are lines of a receipt, which several of them may share; so does a column with an article, its department or its price.
 */
export const COLUMNS = [
  'number', 'time', 'date', 'clock', 'amount', 'total', 'currency', 'payment', 'store', 'till', 'quantity', 'covers', 'status', 'kind', 'openedAt',
  'closedAt', 'refersTo', 'refersToDate', 'lineName', 'lineProduct', 'lineCategory', 'linePrice', 'lineDiscount', 'lineVatRate', 'lineCost', 'staff', 'line',
] as const;
export type Column = (typeof COLUMNS)[number];

/** The heading of each column that is there. */
export type Columns = Readonly<Partial<Record<Column, string>>>;

/** Plain headings of the form, and what they hold. */
export type OwnColumns = ReadonlyMap<string, Column>;

/** Plain names; the first one that is there counts. */
const NAMES: Readonly<Record<Column, readonly string[]>> = {
  number: [
    'scontrino', 'numeroscontrino', 'nscontrino', 'nrscontrino', 'numscontrino', 'idscontrino', 'documentocommerciale', 'ndocumentocommerciale',
    'numerodocumentocommerciale', 'numerodocumento', 'ndocumento', 'nrdocumento', 'numdocumento', 'ndoc', 'numdoc', 'nrdoc', 'documento',
    'numeroricevuta', 'ricevuta',
    'numeroordine', 'nordine', 'ordine', 'numero', 'receipt', 'receiptnumber', 'receiptno', 'receiptid', 'ticketnumber', 'ticketno', 'ticket',
    'ordernumber', 'orderid',
    'order', 'transactionid', 'number',
  ],
  time: [
    'dataora', 'dataeora', 'dataorascontrino', 'dataeorascontrino', 'dataoravendita', 'dataoradocumento', 'datetime', 'dateandtime', 'timestamp',
    'time',
  ],
  date: [
    'data', 'datascontrino', 'datadocumento', 'datavendita', 'dataemissione', 'datamovimento', 'giorno', 'date', 'receiptdate', 'saledate',
    'orderdate', 'day',
  ],
  clock: ['ora', 'orario', 'orascontrino', 'oradocumento', 'oravendita', 'oraemissione', 'time', 'hour', 'clock'],
  amount: [
    'totaleriga', 'importoriga', 'totale', 'totaleeuro', 'totaleeur', 'importo', 'importoeuro', 'importoeur', 'importototale', 'importolordo',
    'totalelordo', 'totaleivato',
    'lordo', 'incasso', 'corrispettivo', 'valore', 'linetotal', 'total', 'totaleur', 'amount', 'totalamount', 'grossamount', 'grosstotal', 'gross',
  ],
  total: [
    'totalescontrino', 'totaledocumento', 'totalericevuta', 'totaleconto', 'totaleordine', 'totalecomplessivo', 'receipttotal', 'ordertotal',
    'grandtotal',
  ],
  currency: ['valuta', 'divisa', 'currency'],
  payment: [
    'pagamento', 'tipopagamento', 'metodopagamento', 'metododipagamento', 'modalitapagamento', 'modalitadipagamento', 'formapagamento', 'formadipagamento',
    'payment', 'paymentmethod', 'paymenttype', 'tender',
  ],
  store: ['negozio', 'idnegozio', 'puntovendita', 'pv', 'sede', 'locale', 'store', 'storeid', 'shop', 'location'],
  till: ['cassa', 'idcassa', 'numerocassa', 'ncassa', 'puntocassa', 'terminale', 'till', 'tillid', 'register', 'registerid', 'terminal'],
  quantity: ['quantita', 'qta', 'qt', 'pezzi', 'quantity', 'qty', 'pieces'],
  covers: ['coperti', 'ncoperti', 'covers', 'guests'],
  status: ['stato', 'statoscontrino', 'status', 'state'],
  kind: ['tipodocumento', 'tipo', 'tipooperazione', 'causale', 'documenttype', 'type', 'kind'],
  openedAt: ['apertura', 'oraapertura', 'dataoraapertura', 'openedat', 'opened'],
  closedAt: ['chiusura', 'orachiusura', 'dataorachiusura', 'closedat', 'closed'],
  refersTo: [
    'riferimento', 'rif', 'documentoriferimento', 'docriferimento', 'scontrinoriferimento', 'numeroriferimento', 'nriferimento', 'scontrinoannullato',
    'documentoannullato', 'scontrinoorigine', 'documentoorigine', 'scontrinooriginale', 'reference', 'refersto', 'originalreceipt', 'voidedreceipt',
  ],
  refersToDate: [
    'datariferimento', 'datarif', 'datadocumentoriferimento', 'datascontrinoriferimento', 'datascontrinoannullato', 'dataorigine', 'dataoriginale',
    'referencedate', 'originaldate',
  ],
  lineName: [
    'descrizione', 'descrizionearticolo', 'articolo', 'nomearticolo', 'prodotto', 'nomeprodotto', 'item', 'itemname', 'description', 'product', 'productname',
  ],
  lineProduct: ['codicearticolo', 'codiceprodotto', 'idarticolo', 'idprodotto', 'sku', 'plu', 'ean', 'barcode', 'itemid', 'productid', 'productcode'],
  lineCategory: ['reparto', 'categoria', 'famiglia', 'gruppo', 'department', 'category'],
  linePrice: ['prezzo', 'prezzounitario', 'unitario', 'price', 'unitprice'],
  lineDiscount: ['sconto', 'scontoriga', 'importosconto', 'discount', 'linediscount'],
  lineVatRate: ['aliquotaiva', 'aliquota', 'percentualeiva', 'ivapercento', 'codiceiva', 'iva', 'vatrate', 'taxrate', 'vat'],
  lineCost: ['costo', 'costounitario', 'prezzoacquisto', 'cost', 'unitcost'],
  staff: ['operatore', 'cassiere', 'addetto', 'commesso', 'cameriere', 'operator', 'cashier', 'staff', 'employee'],
  line: ['riga', 'line'],
};

/** Columns that say themselves that rows are lines. */
const OF_LINES = ['lineName', 'lineProduct', 'lineCategory', 'linePrice'] as const;

/** Lines of `heading=column`; throws `ConfigError`. */
export function readColumns(saved: unknown): OwnColumns {
  if (typeof saved !== 'string') throw new ConfigError('columns', 'must be lines of heading=column', saved);
  const lines = saved.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  return new Map(lines.map((line) => {
    const cut = line.lastIndexOf('=');
    const column = COLUMNS.find((known) => known === line.slice(cut + 1).trim());
    if (cut < 1 || column === undefined) throw new ConfigError('columns', `every line must be heading=one of ${COLUMNS.join(', ')}`, line);
    return [plainName(line.slice(0, cut)), column];
  }));
}

/** Which heading stands for which column. The form's word outranks ours; no heading is used twice. */
export function columnsOf(headings: readonly string[], own: OwnColumns): Columns {
  const free = new Map(headings.map((heading) => [plainName(heading), heading]));
  const columns: Partial<Record<Column, string>> = {};
  const take = (column: Column, name: string): void => {
    const heading = free.get(name);
    if (heading === undefined || columns[column] !== undefined) return;
    columns[column] = heading;
    free.delete(name);
  };
  for (const [name, column] of own) take(column, name);
  for (const column of COLUMNS) {
    // "Time" beside a date is the time of day.
    const dated = column === 'time' && NAMES.date.some((name) => free.has(name));
    for (const name of NAMES[column]) if (!dated || name !== 'time') take(column, name);
  }
  const line = columns.line ?? OF_LINES.map((column) => columns[column]).find((heading) => heading !== undefined);
  return line === undefined ? columns : { ...columns, line };
}

/** The columns that receipts cannot do without and that are not there. */
export function missingIn({ number, time, date, amount, total }: Columns): string[] {
  const needed = { number, time: time ?? date, amount: amount ?? total };
  return Object.entries(needed).filter(([, heading]) => heading === undefined).map(([column]) => column);
}

/** A heading as it is compared: small letters without accents, spaces and signs. */
export function plainName(heading: string): string {
  return heading.normalize('NFD').toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
