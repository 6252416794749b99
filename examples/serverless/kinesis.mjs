/**
 * AWS Lambda handler for a Kinesis stream of canonical events: each record is one event, or an array of them, as JSON.
 *
 * Switch on `ReportBatchItemFailures` in the event source mapping. Kinesis delivers at least once; what comes twice changes nothing, so a batch that
 * failed half-way may simply come again. A record that can never be counted is logged by its place and rule, and not asked for again: it would hold up
 * its shard until it expires.
 */
import { shopOf } from './shop.mjs';

export async function handler({ Records: records }) {
  const read = records.map(({ kinesis }) => ({ number: kinesis.sequenceNumber, events: eventsIn(kinesis.data) }));
  for (const { number } of read.filter(({ events }) => events === undefined)) log(number, 'json');
  // The place of each event in the one list that is applied.
  const places = read.flatMap(({ number, events = [] }) => events.map(() => number));
  try {
    const shop = await shopOf();
    const { refused } = await shop.applyEvents(read.flatMap(({ events = [] }) => events));
    for (const { index, refusals } of refused) log(places[index], ...refusals.map(({ path, rule }) => `${rule} ${path}`));
    return { batchItemFailures: [] };
  } catch (error) {
    console.error(JSON.stringify({ level: 'error', code: error.code ?? error.name }));
    // Lambda takes the lowest number as the checkpoint: from the first record on, all come again.
    return { batchItemFailures: records.slice(0, 1).map(({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber })) };
  }
}

/** `undefined` for what is no JSON. */
function eventsIn(data) {
  try {
    const parsed = JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
    return Array.isArray(parsed) ? parsed : [parsed];
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** No content: it may be about a person. */
function log(sequenceNumber, ...rules) {
  console.error(JSON.stringify({ level: 'warn', message: 'a record was not counted', sequenceNumber, rules }));
}
