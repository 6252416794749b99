/**
 * Reasons of second outputs, of ignored elements and of doubtful events: nobody is refused.
 */
import type { ErrorRows } from './row.js';

/** Values of `msg.reason` that are no rule of a refusal. */
export const OUTPUTS = {
  'clock.slow': {
    en: ['The clock of this computer was slow: it waits until the clock is right', 'Set this computer’s clock by NTP; it goes in by itself then'],
    it: ['L’orologio di questo computer era indietro: aspetta che sia giusto', 'Regolare l’orologio di questo computer con NTP: poi entra da sé'],
  },
  duplicate: {
    en: ['The event came before', 'Nothing: it counts once'],
    it: ['L’evento era già arrivato', 'Niente: conta una volta'],
  },
  notEvent: {
    en: ['The message is no canonical event', 'Put a normalize node in front'],
    it: ['Il messaggio non è un evento canonico', 'Metterci davanti un nodo normalizza'],
  },
  invalid: {
    en: ['Something that came over MQTT is no event', 'Read refusals in the message'],
    it: ['Ciò che è arrivato da MQTT non è un evento', 'Leggere refusals nel messaggio'],
  },
  refused: {
    en: ['An event was refused without a rule of its own', 'Read refusals in the message'],
    it: ['Un evento è stato rifiutato senza una regola sua', 'Leggere refusals nel messaggio'],
  },
  unknown: {
    en: ['A message came to the dead letters without a reason', 'Set msg.reason where it was sent'],
    it: ['Un messaggio è arrivato fra gli scarti senza motivo', 'Impostare msg.reason dove è stato mandato'],
  },
  ignored: {
    en: ['Nothing is wrong with it, but it makes no event', 'Nothing'],
    it: ['Non ha niente che non vada, ma non fa nessun evento', 'Niente'],
  },
  'replay.started': {
    en: ['The dead letters are on their way in again', 'Nothing'],
    it: ['Gli scarti stanno rientrando', 'Niente'],
  },
  'replay.busy': {
    en: ['The dead letters are on their way in already', 'Wait until they are through'],
    it: ['Gli scarti stanno già rientrando', 'Aspettare che siano passati'],
  },
  'kpi.malformed': {
    en: ['Not a KPI value', 'Wire the window or the listen node to it'],
    it: ['Non è il valore di un KPI', 'Collegarci il nodo finestre e KPI o il nodo ascolto'],
  },
  'kpi.overtaken': {
    en: ['A newer value of the same number was there before', 'Nothing: the newer one counts'],
    it: ['C’era già un valore più recente dello stesso numero', 'Niente: vale il più recente'],
  },
  'command.list': {
    en: ['The limit of the list is not a number that can be', 'Send {"list": 20} or {"list": true}'],
    it: ['Il limite dell’elenco non è un numero ammesso', 'Mandare {"list": 20} o {"list": true}'],
  },
  'command.unknown': {
    en: ['No rule of that name for that store', 'See the names in the alert node'],
    it: ['Nessuna regola con quel nome per quel negozio', 'I nomi sono nel nodo avvisi'],
  },
  'command.until': {
    en: ['The end of the silence is no instant, or in the past', 'Send until as an instant with a zone'],
    it: ['La fine del silenzio non è una data, o è passata', 'Mandare until con data, ora e fuso'],
  },
  list: {
    en: ['The answer to {"list": …}', 'Nothing'],
    it: ['La risposta a {"list": …}', 'Niente'],
  },
  'alerts.tooMany': {
    en: ['Too many alerts of one node', 'Watch fewer stores or rules in one alert node'],
    it: ['Troppi avvisi in un nodo', 'Sorvegliare meno negozi o regole in un nodo avvisi'],
  },
  pending: {
    en: ['A rule is broken, not yet long enough', 'Nothing'],
    it: ['Una regola è violata, ma da troppo poco', 'Niente'],
  },
  silenced: {
    en: ['Somebody has silenced the alert', 'Nothing'],
    it: ['Qualcuno ha silenziato l’avviso', 'Niente'],
  },
  quiet: {
    en: ['A change that nobody is notified of', 'Nothing'],
    it: ['Un cambiamento di cui non si avvisa nessuno', 'Niente'],
  },
  grouped: {
    en: ['People are notified in a moment, with what else comes', 'Nothing'],
    it: ['L’avviso parte fra un momento, insieme ad altri', 'Niente'],
  },
  restart: {
    en: ['The active alerts, once after a start', 'Nothing'],
    it: ['Gli avvisi attivi, una volta dopo l’avvio', 'Niente'],
  },
  'notify.unset': {
    en: ['The notify node has no receiver', 'Choose a channel in its form'],
    it: ['Il nodo invio avvisi non ha destinatario', 'Scegliere il canale nella sua scheda'],
  },
  'notify.malformed': {
    en: ['The message is no array of notifications', 'Wire it behind the first output of the alert node'],
    it: ['Il messaggio non è un elenco di avvisi', 'Collegarlo alla prima uscita del nodo avvisi'],
  },
  'notify.full': {
    en: ['Too many notifications wait', 'See why the receiver does not answer'],
    it: ['Troppi avvisi aspettano', 'Capire perché il destinatario non risponde'],
  },
  'notify.repeated': {
    en: ['These notifications were taken before', 'Nothing'],
    it: ['Questi avvisi erano già stati presi', 'Niente'],
  },
  'notify.givenUp': {
    en: ['The receiver refused, or did not answer for two days', 'Read delivery.error in the message'],
    it: ['Il destinatario ha rifiutato, o non ha risposto per due giorni', 'Leggere delivery.error nel messaggio'],
  },
} as const satisfies ErrorRows;

/** Why an element makes no event although nothing is wrong with it. */
export const IGNORED = {
  test: {
    en: ['A test order, or a file of a till in training', 'Nothing'],
    it: ['Un ordine di prova, o il file di una cassa in addestramento', 'Niente'],
  },
  topic: {
    en: ['A topic that no number needs', 'Nothing'],
    it: ['Un argomento che non serve a nessun numero', 'Niente'],
  },
  thin: {
    en: ['It only says that something changed, and not what', 'Nothing: another message says it'],
    it: ['Dice solo che qualcosa è cambiato, e non che cosa', 'Niente: lo dice un altro messaggio'],
  },
  privacy: {
    en: ['A privacy request that changes no number', 'Nothing'],
    it: ['Una richiesta sulla privacy che non cambia nessun numero', 'Niente'],
  },
  ping: {
    en: ['The first call of a new webhook', 'Nothing'],
    it: ['La prima chiamata di un webhook nuovo', 'Niente'],
  },
  type: {
    en: ['A kind of object that no number needs', 'Nothing'],
    it: ['Un tipo di oggetto che non serve a nessun numero', 'Niente'],
  },
  property: {
    en: ['A property that no number needs', 'Nothing'],
    it: ['Una proprietà che non serve a nessun numero', 'Niente'],
  },
  redacted: {
    en: ['The sender hides the value', 'Nothing'],
    it: ['Il mittente nasconde il valore', 'Niente'],
  },
  'refund.empty': {
    en: ['A refund without money', 'Nothing'],
    it: ['Un reso senza denaro', 'Niente'],
  },
  'order.draft': {
    en: ['An order that is still a draft', 'Nothing'],
    it: ['Un ordine ancora in bozza', 'Niente'],
  },
  'checkout.deleted': {
    en: ['A checkout that was deleted', 'Nothing'],
    it: ['Un acquisto cancellato prima di concluderlo', 'Niente'],
  },
  'row.total': {
    en: ['A row of totals', 'Nothing'],
    it: ['Una riga di totali', 'Niente'],
  },
  document: {
    en: ['A document that is no sale: proforma, pre-bill, kitchen order, gift receipt', 'Nothing'],
    it: ['Un documento che non è una vendita: proforma, preconto, comanda, scontrino di cortesia', 'Niente'],
  },
  'page.event': {
    en: ['A page event that no number needs', 'Nothing'],
    it: ['Un evento della pagina che non serve a nessun numero', 'Niente'],
  },
  'page.inside': {
    en: ['A page within a visit that has been counted', 'Nothing'],
    it: ['Una pagina di una visita già contata', 'Niente'],
  },
  'page.form': {
    en: ['A page sent something that cannot be read', 'Nothing'],
    it: ['Una pagina ha mandato qualcosa di illeggibile', 'Niente'],
  },
} as const satisfies ErrorRows;

/** Doubts about an event that counts, in its field `x_quality`. */
export const FLAGS = {
  'store.unknown': {
    en: ['The till names a store that is in no table; it counts for the fixed one', 'Add the name to the stores in the shop node'],
    it: ['La cassa nomina un negozio che non è in tabella; conta per quello fisso', 'Aggiungere il nome ai negozi nel nodo negozio'],
  },
  'till.zone': {
    en: ['Issued under another time zone; beside a file with the till’s own times it may count twice', 'Let the till send its times with their offset'],
    it: ['Uno scontrino emesso con un altro fuso impostato; con un file di ore della cassa può contare due volte', 'Far mandare le ore con lo scarto dal fuso'],
  },
  'payment.parts': {
    en: ['The parts of the payment do not add up to the total; all of it is “other”', 'Correct the parts at the till'],
    it: ['Le parti del pagamento non fanno il totale; vale tutto come “altro”', 'Correggere le parti nella cassa'],
  },
  'lines.sum': {
    en: ['Lines, shipping, tip and gift cards do not add up to the amount; the amount counts', 'See discounts and rounding at the sender'],
    it: ['Righe, spedizione, mancia e carte regalo non fanno il totale; vale il totale', 'Vedere sconti e arrotondamenti nella sorgente'],
  },
  'lines.many': {
    en: ['More than 300 lines; equal ones were added up, and then the last ones', 'Nothing: the sums are right'],
    it: ['Più di 300 righe; sommate quelle uguali, e poi le ultime', 'Niente: le somme sono giuste'],
  },
  'time.gap': {
    en: ['A time in the missing hour of March; moved on by it', 'Send times with their offset'],
    it: ['Un’ora che a marzo non esiste; spostata avanti', 'Mandare le ore con lo scarto dal fuso'],
  },
  'time.ambiguous': {
    en: ['A time in the repeated hour of October; taken for the first', 'Send times with their offset'],
    it: ['Un’ora che a ottobre viene due volte; presa la prima', 'Mandare le ore con lo scarto dal fuso'],
  },
  'time.dateonly': {
    en: ['A date without a time; taken for the beginning of the day', 'Send the time, too'],
    it: ['Una data senza ora; preso l’inizio del giorno', 'Mandare anche l’ora'],
  },
  'closing.gap': {
    en: ['The payments of a closing do not add up to its total', 'See what is still to be paid, or was paid with vouchers'],
    it: ['I pagamenti di una chiusura non fanno il suo totale', 'Vedere che cosa resta da pagare, o è stato pagato con buoni'],
  },
  'closing.negative': {
    en: ['A closing with more returns than sales; it has no total', 'See the returns at the till'],
    it: ['Una chiusura con più resi che vendite; non ha totale', 'Vedere i resi nella cassa'],
  },
  'closing.returns': {
    en: ['A closing that does not state what is left after returns; the whole was taken', 'Compare it with the till'],
    it: ['Una chiusura che non dice che cosa resta dopo i resi; preso il totale', 'Confrontarla con la cassa'],
  },
} as const satisfies ErrorRows;
