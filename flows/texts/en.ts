/**
 * `en`: the words of the English templates.
 */
import type { Texts } from './texts.js';

export const en: Texts = {
  language: 'en',
  sectors: {
    retail: { label: 'Retail', shop: 'My shop' },
    restaurant: { label: 'Restaurant', shop: 'My restaurant' },
    artisan: { label: 'Workshop', shop: 'My workshop' },
  },
  cards: { now: 'Revenue now', bills: 'Bills closed', orders: 'Orders' },
  alerts: { highRefunds: 'High refunds', manyOpen: 'Many open orders', slowService: 'Slow service', slowSupport: 'Slow support' },
  store: { id: 'store', name: 'Store' },
  senders: {
    shopify: 'Shopify', hubspot: 'HubSpot', woocommerce: 'WooCommerce', pos: 'Till', events: 'Events by API', pixel: 'Pages of the shop', batch: 'Files',
  },
  nodes: {
    store: 'Store', broker: 'Broker', normalize: 'Normalize', dedupe: 'Duplicates', outbox: 'Outbox', inbox: 'Inbox', window: 'Windows', listen: 'Listen',
    alert: 'Alerts', notify: 'Notify', deadletter: 'Dead letters', database: 'Database', monitor: 'Health',
  },
  way: {
    all: 'From webhook to number', edge: 'The shop’s till', worker: 'Counting', front: 'Numbers and alerts',
    info: 'The way of an event. Every node has two outputs: by the first leaves what goes on, by the second what was refused, with its reason in `msg.reason`. '
      + 'Where no wire leaves the second output of normalize, outbox, inbox or windows, what they refuse goes to the shop’s dead letters by itself. '
      + 'What is seen at /dashboard is on the other tab, without wires.',
  },
  boxes: {
    intake: {
      label: '1 · Receive', says: 'only who is signed gets in, once, and onto disk first',
      why: 'Every sender signs what it sends, and gets “200” only once its events are on disk; otherwise “503”, and it sends again. Normalize makes one kind of event of '
        + 'orders, receipts, contacts and requests; personal data stays there. An event that was seen before leaves by the second output of duplicates and is only counted: '
        + 'so no wire leads from it. The outbox keeps events until whoever counts them has acknowledged them.',
    },
    counting: {
      label: '2 · Count', says: 'from events to numbers, from numbers to alerts',
      why: 'The acknowledgement leaves when windows has written the event. Every sale is a fact: its correction takes the old amount out and puts the new one in, in the '
        + 'right hour. The rule of an alert reads as a sentence in the node’s form; it leaves once, and once more when it is resolved.',
    },
    showing: {
      label: '1 · Show', says: 'the numbers of whoever counts, and alerts',
      why: 'Whoever counts publishes each number over MQTT, where the last value stays. From here on it is as if this Node-RED counted.',
    },
    aside: {
      label: 'Aside', says: 'nothing vanishes in silence; these nodes need no wires',
      why: 'Dead letters keeps what could not be used, sealed, with its reason, and sends it to normalize or windows again when asked. GET /kpi answers programs, with the '
        + 'API key. Health says at /health and /metrics whether events can be stored.',
    },
  },
  more: {
    label: 'More senders',
    info: 'Each sender has its own path, for example `/in/square`. Until its node has a secret it answers “401” to everybody, and /health says which variable to set. '
      + 'The form of each node says where the secret is found. Those that are not needed may go.',
    box: {
      label: 'Tills, payments and shops', says: 'closed until they have a secret',
      why: 'Square, Zettle, Loyverse, Lightspeed, Cassa in Cloud and Fatture in Cloud give their secret; for the others the first start makes one. Tilby and SumUp do not sign: '
        + 'they have a secret URL, and what they say counts nothing until it is fetched. Of “POS Zon” and the two tills the “normalize” node says which value is where.',
    },
    tills: { 'till-hmac': 'Till (HMAC)', 'till-basic': 'Till (login)' },
  },
  dashboard: {
    label: 'Dashboard',
    info: 'The pages that are seen at /dashboard, a box per page. No wires and no calculation: each widget asks shop, store and broker itself. '
      + 'Double-click a widget to choose number, period and comparison; to add one, drag it from the palette and choose its page.',
    box: 'Page',
  },
  pages: {
    today: { title: 'Today', path: '/today', says: 'how much, against the usual, and where it will end' },
    trend: { title: 'Trend', path: '/trend', says: 'the days, the hours of the week, the comparison' },
    sales: { title: 'Sales', path: '/sales', says: 'where they come from, and how people pay' },
    alerts: { title: 'Alerts', path: '/alerts', says: 'what needs you, and what is watched' },
    sources: { title: 'Sources', path: '/sources', says: 'who sends, who is missed, what was not understood' },
  },
  seen: 'the numbers',
  cases: {
    tills: {
      label: 'Two different tills', says: 'Press both buttons: two receipts, written differently, make one revenue',
      why: 'Each till has its webhook, with a path and a key of its own, and its normalize node, which says where number, date and total are. The second one writes cents as whole numbers. '
        + 'From duplicates on there is one way.',
      info: 'Two tills that write differently. For a third one copy webhook and normalize, change the path and paste one of its receipts into the form of normalize. '
        + 'What one of the two does not understand goes to the dead letters, and from there back to the same node.',
      names: ['Till 1', 'Till 2', 'receipt of till 1', 'receipt of till 2'],
    },
    shopify: {
      label: 'Two Shopify shops', says: 'Open both webhooks, type the keys of the two shops, and deploy',
      why: 'Each Shopify shop signs with a key of its own: hence two webhooks with two paths. Normalize lists the two myshopify.com names that may speak; a third one ends in the dead letters.',
      info: 'Two Shopify shops that are counted together. Replace the names of the example by yours in the normalize node, under “Shops that may speak”; in Shopify use the paths '
        + '/in/shopify-1 and /in/shopify-2. A path that another node has already is refused in the form.',
      names: ['First shop', 'Second shop'],
    },
    stores: {
      label: 'A second store', says: 'Press both buttons: each receipt goes to its store',
      why: 'Stores are listed in the shop node, each with the names that tills and online shops give it (MI-01, RM-01). Every number is there for each of them and for all; widgets show them by '
        + '“Only the store”, by filters or as parts.',
      info: 'One shop in two places, a till in each. To add a third one open the shop node, among the configuration nodes, and write a line: name, id and the names that the tills '
        + 'call it by. No other nodes are needed.',
      second: { id: 'roma', name: 'Rome' },
      names: ['Tills of both stores', 'receipt of Milan', 'receipt of Rome'],
    },
  },
  trial: {
    label: 'Try it in 2 minutes', shop: 'Trial shop', box: '1 · Simulator: invented customers, real numbers',
    why: 'Where the webhooks would be, six buttons that press themselves: receipts, orders, visitors, refunds. Everything else is the real template. The dashboard is at '
      + '/dashboard. The shop is called “prova”: nothing of this gets into the numbers of another shop.',
    actors: ['the hours gone by', 'visitors gone by', 'receipt', 'online order', 'people coming in', 'refund'],
  },
};
