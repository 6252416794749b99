/**
 * Faults and refused requests: what a sender gets instead of 200 before anybody has read what it sent. One table with content.ts and outputs.ts,
 * from which docs/errors.md is made (`npm run errors`).
 */
import type { ErrorRows } from './row.js';

/** Codes of `Fault`: a resource failed, and the same call may succeed later. */
export const FAULTS = {
  'store.closed': {
    status: [503],
    en: ['The store is being closed, for a deploy or a stop', 'Nothing: the sender tries again by itself'],
    it: ['L’archivio si sta chiudendo, per un Deploy o un arresto', 'Niente: il mittente riprova da solo'],
  },
  'store.full': {
    status: [503],
    en: ['No space is left for the store', 'Free disk space, or give Redis more memory'],
    it: ['Non c’è più spazio per l’archivio', 'Liberare spazio sul disco, o dare più memoria a Redis'],
  },
  'store.locked': {
    status: [503],
    en: ['Another process holds the embedded store', 'Stop the other Node-RED on this data directory, or let both use Redis'],
    it: ['Un altro processo tiene l’archivio interno', 'Fermare l’altro Node-RED su questa cartella dei dati, o usare Redis per entrambi'],
  },
  'store.away': {
    status: [503],
    en: ['The store cannot be reached or does not answer', 'Read the cause on /health and in the store node; see that disk or Redis work'],
    it: ['L’archivio non è raggiungibile o non risponde', 'Leggere la causa in /health e nel nodo archivio; controllare disco o Redis'],
  },
  'store.corrupt': {
    status: [503],
    en: ['Files of the embedded store are damaged', 'Stop the shop and run `bottega-store repair`: it keeps the damaged files, and says what could be saved'],
    it: ['File dell’archivio interno sono rovinati', 'Fermare il negozio e lanciare `bottega-store repair`: conserva i file rovinati e dice che cosa si salva'],
  },
  'store.key': {
    status: [503],
    en: [
      'The store is encrypted with a key that was not given',
      'Set BOTTEGA_ENCRYPTION_KEY to the key it was written with, former keys behind the new one; nothing was changed',
    ],
    it: [
      'L’archivio è cifrato con una chiave che non è stata data',
      'Mettere in BOTTEGA_ENCRYPTION_KEY la chiave con cui fu scritto, le vecchie chiavi dopo la nuova; nulla è stato cambiato',
    ],
  },
  'store.tampered': {
    status: [503],
    en: ['An encrypted value of the store is not what was stored there', 'Find out who wrote to the disk or to Redis; restore the store from a backup'],
    it: ['Un valore cifrato dell’archivio non è quello che vi fu messo', 'Capire chi ha scritto sul disco o in Redis; ripristinare l’archivio da una copia'],
  },
  'store.contended': {
    status: [503],
    en: ['Other writers kept changing the same records', 'Nothing, if it is rare; otherwise see whether two programs send the same events in a loop'],
    it: ['Altri continuavano a cambiare gli stessi dati', 'Niente, se è raro; altrimenti controllare se due programmi mandano senza sosta gli stessi eventi'],
  },
  'outbox.full': {
    status: [503],
    en: ['Too many events wait for the other side', 'See whether broker and inbox work; the limit is in the outbox node'],
    it: ['Troppi eventi aspettano l’altra parte', 'Controllare il broker e il nodo in arrivo; il limite è nel nodo in partenza'],
  },
  'broker.away': {
    status: [503],
    en: ['The MQTT broker cannot be reached, or refuses us', 'Read the cause in the broker node; see that the broker runs and knows user and password'],
    it: ['Il broker MQTT non è raggiungibile, o ci rifiuta', 'Leggere la causa nel nodo broker; controllare che sia acceso e che conosca utente e password'],
  },
  'delivery.deadline': {
    status: [503],
    en: ['The flow was not done within the deadline of the webhook', 'Find the slow node: the log names those still at work'],
    it: ['Il flusso non ha finito entro il limite del webhook', 'Cercare il nodo lento: il registro nomina quelli ancora al lavoro'],
  },
  'delivery.failed': {
    status: [503],
    en: ['A node of the flow failed, or nobody received the message', 'Read the node’s error in the log; see that the webhook is wired'],
    it: [
      'Un nodo del flusso ha fallito, o nessuno ha ricevuto il messaggio',
      'Leggere nel registro l’errore del nodo; controllare che il webhook sia collegato',
    ],
  },
  'keys.away': {
    status: [503],
    en: ['The key server of the till cannot be reached', 'See that POS_JWKS_URL is right and reachable from this machine'],
    it: ['Il server delle chiavi della cassa non è raggiungibile', 'Controllare che POS_JWKS_URL sia giusto e raggiungibile da questa macchina'],
  },
  'config.invalid': {
    en: ['A field of a form, or an environment variable, breaks a rule', 'Correct the field that the message names, and deploy again'],
    it: ['Un campo di una scheda, o una variabile d’ambiente, non rispetta una regola', 'Correggere il campo nominato nel messaggio, e pubblicare di nuovo'],
  },
} as const satisfies ErrorRows;

/** Rules that a request breaks, whoever sends it. */
export const REQUESTS = {
  method: {
    status: [405],
    en: ['Only POST is taken here', 'Send a POST'],
    it: ['Qui si accetta soltanto POST', 'Mandare un POST'],
  },
  size: {
    status: [413],
    en: ['The body is too large', 'Send it in several parts'],
    it: ['Il contenuto è troppo grande', 'Mandarlo in più parti'],
  },
  encoding: {
    status: [415],
    en: ['The body is compressed', 'Send it without Content-Encoding'],
    it: ['Il contenuto è compresso', 'Mandarlo senza Content-Encoding'],
  },
  'body.slow': {
    status: [408],
    en: ['The body did not come in time: five seconds without a byte, or fifteen in all', 'Nothing: the sender sends again; see its connection, if it goes on'],
    it: ['Il contenuto è arrivato tardi: cinque secondi senza un byte, o quindici in tutto', 'Niente: il mittente rimanda; se continua, vedere la sua linea'],
  },
  'intake.busy': {
    status: [503],
    en: ['Too many requests at once', 'Nothing: the sender tries again after the seconds of Retry-After'],
    it: ['Troppe richieste insieme', 'Niente: il mittente riprova dopo i secondi di Retry-After'],
  },
  'origin.foreign': {
    status: [403],
    en: ['A page of another site calls the pixel', 'If it is a page of the shop: add its address to BOTTEGA_PIXEL_ORIGINS or to the webhook node'],
    it: ['Chiama il pixel la pagina di un altro sito', 'Se la pagina è del negozio: aggiungerne l’indirizzo a BOTTEGA_PIXEL_ORIGINS o nel nodo webhook'],
  },
  'rate.address': {
    status: [429],
    en: ['Too many calls of the pixel from one address', 'Nothing, if they come from one visitor; the rate is in the webhook node'],
    it: ['Troppe chiamate del pixel da un solo indirizzo', 'Niente, se vengono da un visitatore; il limite è nel nodo webhook'],
  },
  'rate.all': {
    status: [429],
    en: ['Too many calls of the pixel in all', 'Raise the rate in the webhook node if the site has so many visitors'],
    it: ['Troppe chiamate del pixel in tutto', 'Alzare il limite nel nodo webhook, se il sito ha tanti visitatori'],
  },
  'store.elsewhere': {
    status: [503],
    en: ['The numbers are in the Redis of the workers, which this process does not know', 'Set REDIS_URL for the front, too'],
    it: ['I numeri sono nel Redis dei worker, che questo processo non conosce', 'Impostare REDIS_URL anche per il front'],
  },
  store: {
    status: [503],
    en: ['The store cannot answer the question now', 'See /health; ask again'],
    it: ['L’archivio ora non può rispondere', 'Guardare /health; chiedere di nuovo'],
  },
} as const satisfies ErrorRows;

/** Rules of the proof of a sender: all 401. */
export const PROOFS = {
  'secret.missing': {
    status: [401],
    en: ['This endpoint has no secret yet', 'Type the secret that the sender signs with into the webhook node'],
    it: ['Questo indirizzo non ha ancora un segreto', 'Scrivere nel nodo webhook il segreto con cui il mittente firma'],
  },
  'signature.missing': {
    status: [401],
    en: ['The request carries no signature, or only part of one', 'See that the sender signs, and that the proxy in front passes its headers on'],
    it: ['La richiesta non ha firma, o ne ha solo una parte', 'Controllare che il mittente firmi, e che il proxy davanti ne inoltri le intestazioni'],
  },
  'signature.mismatch': {
    status: [401],
    en: [
      'Not signed with a known secret',
      'Type the secret that the sender signs with into the webhook node; of HubSpot, see that BOTTEGA_PUBLIC_URL is exactly what it calls',
    ],
    it: [
      'Non è firmata con un segreto conosciuto',
      'Scrivere nel nodo webhook il segreto con cui il mittente firma; per HubSpot, controllare che BOTTEGA_PUBLIC_URL sia proprio quello che chiama',
    ],
  },
  'signature.timestamp': {
    status: [401],
    en: ['The time of the signature cannot be read', 'Send epoch seconds (HubSpot: milliseconds)'],
    it: ['L’ora della firma non è leggibile', 'Mandare i secondi dal 1970 (HubSpot: millisecondi)'],
  },
  'signature.stale': {
    status: [401],
    en: ['Signed more than five minutes ago', 'Set both clocks by NTP'],
    it: ['Firmata da più di cinque minuti', 'Regolare i due orologi con NTP'],
  },
  'signature.future': {
    status: [401],
    en: ['Signed in the future', 'Set both clocks by NTP'],
    it: ['Firmata nel futuro', 'Regolare i due orologi con NTP'],
  },
  token: {
    status: [401],
    en: ['The question for KPIs carries no API token, or another one', 'Send Authorization: Bearer with BOTTEGA_API_TOKEN'],
    it: ['La domanda sui KPI non ha la chiave API, o ne ha un’altra', 'Mandare Authorization: Bearer con BOTTEGA_API_TOKEN'],
  },
  'token.missing': {
    status: [401],
    en: ['No bearer token', 'Send Authorization: Bearer <token>'],
    it: ['Manca il bearer token', 'Mandare Authorization: Bearer <token>'],
  },
  'token.unknown': {
    status: [401],
    en: ['Not a known token', 'Send the token of this installation: BOTTEGA_API_TOKEN'],
    it: ['Token sconosciuto', 'Mandare la chiave di questa installazione: BOTTEGA_API_TOKEN'],
  },
  'jwt.malformed': {
    status: [401],
    en: ['Not a JSON Web Token', 'Send a signed JWT with an expiry'],
    it: ['Non è un JSON Web Token', 'Mandare un JWT firmato e con scadenza'],
  },
  'jwt.alg': {
    status: [401],
    en: ['Signed with an algorithm that this endpoint does not take', 'HS256 with POS_JWT_SECRET; RS256, ES256 or EdDSA with POS_JWKS_URL'],
    it: ['Firmato con un algoritmo che qui non si accetta', 'HS256 con POS_JWT_SECRET; RS256, ES256 o EdDSA con POS_JWKS_URL'],
  },
  'jwt.signature': {
    status: [401],
    en: ['Not signed with a known key', 'Use the secret or a published key of this endpoint'],
    it: ['Non è firmato con una chiave conosciuta', 'Usare il segreto o una chiave pubblicata di questo indirizzo'],
  },
  'jwt.expired': {
    status: [401],
    en: ['The token has expired', 'Make a new token for each request'],
    it: ['Il token è scaduto', 'Creare un token nuovo per ogni richiesta'],
  },
  'jwt.lifetime': {
    status: [401],
    en: ['The token is valid for more than ten minutes', 'Set exp at most ten minutes ahead'],
    it: ['Il token vale più di dieci minuti', 'Mettere exp al massimo dieci minuti avanti'],
  },
  'jwt.exp': {
    status: [401],
    en: ['The token has no usable expiry', 'Set exp, in seconds'],
    it: ['Il token non ha una scadenza leggibile', 'Mettere exp, in secondi'],
  },
  'jwt.iat': {
    status: [401],
    en: ['The token was issued in the future', 'Set both clocks by NTP'],
    it: ['Il token è stato emesso nel futuro', 'Regolare i due orologi con NTP'],
  },
  'jwt.nbf': {
    status: [401],
    en: ['The token is not valid yet', 'Set both clocks by NTP'],
    it: ['Il token non vale ancora', 'Regolare i due orologi con NTP'],
  },
  'jwt.iss': {
    status: [401],
    en: ['The token is from another issuer', 'Write its iss into the webhook node'],
    it: ['Il token viene da un altro emittente', 'Scrivere il suo iss nel nodo webhook'],
  },
  'jwt.aud': {
    status: [401],
    en: ['The token is meant for another receiver', 'Set aud to the public address of this endpoint, or leave it out'],
    it: ['Il token è destinato ad altri', 'Mettere in aud l’indirizzo pubblico di questo webhook, o toglierlo'],
  },
  'jwt.body': {
    status: [401],
    en: ['The token was made for another body', 'Compute bodysha256 over exactly the bytes that are sent'],
    it: ['Il token è stato fatto per un altro contenuto', 'Calcolare bodysha256 proprio sui byte che si mandano'],
  },
  'jwt.replayed': {
    status: [401],
    en: ['The token was used for another body already', 'Make a new token for each request'],
    it: ['Il token è già servito per un altro contenuto', 'Creare un token nuovo per ogni richiesta'],
  },
} as const satisfies ErrorRows;
