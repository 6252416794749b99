/**
 * The pages docs/errors.md and docs/errors.it.md, written from the one table of faults, refusals and reasons (engine/base/errorTable); with
 * `--check` it only says whether they are current.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/cjs/api';

register();
const { ERROR_TABLE } = createRequire(import.meta.url)('../engine/base/errorTable/index.ts');
const docs = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs');

const PAGES = {
  en: {
    file: 'errors.md',
    head: [
      '# Faults, refusals and reasons', '[Italiano](errors.it.md) · [back to the README](../README.md)',
      'Every code that an HTTP answer, `msg.reason`, a dead letter or a status can name, and what to do about it. An answer carries them as\n'
      + '`{"errors": [{"path": …, "rule": …, "message": …}]}`; `path` is a JSON Pointer into what was sent.\n'
      + 'This page is made from the source (`npm run errors`).',
    ],
    columns: ['code', 'HTTP', 'what it means', 'what to do'],
    sections: {
      faults: ['Faults', 'Something that we need failed. Nothing was stored, and the sender tries again.'],
      requests: ['Refused requests', 'The request itself is turned away, whatever is in it.'],
      proofs: ['Refused senders', 'The sender did not prove who it is.'],
      content: [
        'Refused content',
        '422 where nothing of a request could be accepted. Shopify, HubSpot and WooCommerce get 200 instead, because a refusal would end their\n'
        + 'subscription; over MQTT nobody is answered. What was refused is kept for a week as a dead letter.',
      ],
      questions: ['Refused questions', 'Of `GET /kpi` and of the *query* node, besides those above.'],
      outputs: ['Reasons of second outputs', '`msg.reason` of messages that leave a node by its second output, besides the codes above.'],
      ignored: ['Ignored', 'Nothing is wrong, and nothing counts.'],
      flags: ['Doubts', 'The event counts; its field `x_quality` says what was doubtful.'],
    },
  },
  it: {
    file: 'errors.it.md',
    head: [
      '# Guasti, rifiuti e motivi', '[English](errors.md) · [torna al README](../README.it.md)',
      'Ogni codice che può comparire in una risposta HTTP, in `msg.reason`, fra gli scarti o nello stato di un nodo, e che cosa fare. Una risposta li\n'
      + 'porta come `{"errors": [{"path": …, "rule": …, "message": …}]}`; `path` è un JSON Pointer in ciò che è stato mandato.\n'
      + 'Questa pagina è fatta dal codice (`npm run errors`).',
    ],
    columns: ['codice', 'HTTP', 'che cosa vuol dire', 'che cosa fare'],
    sections: {
      faults: ['Guasti', 'Qualcosa che ci serve non funziona. Niente è stato conservato, e il mittente riprova.'],
      requests: ['Richieste rifiutate', 'La richiesta è respinta, qualunque cosa contenga.'],
      proofs: ['Mittenti rifiutati', 'Il mittente non ha dimostrato chi è.'],
      content: [
        'Contenuti rifiutati',
        '422 quando di una richiesta niente si è potuto accettare. Shopify, HubSpot e WooCommerce ricevono invece 200, perché un rifiuto ne farebbe cadere\n'
        + 'l’iscrizione; su MQTT non si risponde a nessuno. Ciò che è rifiutato resta una settimana fra gli scarti.',
      ],
      questions: ['Domande rifiutate', 'Di `GET /kpi` e del nodo *interroga i KPI*, oltre a quelli sopra.'],
      outputs: ['Motivi delle seconde uscite', '`msg.reason` dei messaggi che lasciano un nodo dalla seconda uscita, oltre ai codici sopra.'],
      ignored: ['Ignorati', 'Non c’è niente che non vada, e niente conta.'],
      flags: ['Dubbi', 'L’evento conta; il suo campo `x_quality` dice che cosa è dubbio.'],
    },
  },
};

let stale = 0;
for (const [language, page] of Object.entries(PAGES)) {
  const path = join(docs, page.file);
  const text = textOf(language, page);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale += 1;
  if (process.argv.includes('--check')) console.error(`docs/${page.file} is not what engine/base/errorTable says: npm run errors`);
  else writeFileSync(path, text);
}
process.exitCode = process.argv.includes('--check') && stale > 0 ? 1 : 0;

function textOf(language, { head, columns, sections }) {
  const parts = Object.entries(sections).map(([name, [title, says]]) => `## ${title}\n\n${says}\n\n${tableOf(language, columns, ERROR_TABLE[name])}`);
  return `${[...head, ...parts].join('\n\n')}\n`;
}

function tableOf(language, columns, rows) {
  const lines = Object.entries(rows).map(([code, row]) => [`\`${code}\``, (row.status ?? []).join(', '), ...row[language].map(cell)]);
  return [columns, columns.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** In a table a placeholder such as <token> would be taken for HTML. */
function cell(text) {
  return text.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('|', '\\|');
}
