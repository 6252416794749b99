/**
 * AWS Lambda handler for a function URL (payload format 2.0): canonical events by POST, one or an array, from senders that prove themselves.
 *
 * `BOTTEGA_API_TOKEN` is asked for as a bearer token; with `POS_WEBHOOK_SECRET` (`whsec_…`) a signature of Standard Webhooks proves the sender, too.
 * 200 means stored; 503 asks the sender to send again, which is harmless.
 */
import { isStandardWebhook, secretLines, verifyStandardWebhook, verifyToken } from '@bottega/node-red-dashboard-2-kpi';
import { shopOf } from './shop.mjs';

const MAX_BYTES = 1_048_576;

export async function handler({ requestContext, rawPath, headers, body = '', isBase64Encoded }) {
  const { method } = requestContext.http;
  if (method !== 'POST') return answer(405, errors('/method', 'method', 'only POST'), { allow: 'POST' });
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_BYTES) return answer(413, errors('', 'size', `at most ${MAX_BYTES} bytes`));
  const verified = verify({ method, url: rawPath, headers, body: bytes });
  if (verified.outcome === 'refused') return answer(401, { errors: [verified.refusal] });
  const events = parse(bytes);
  return events === undefined ? answer(400, errors('', 'json', 'not JSON')) : apply([events].flat());
}

async function apply(events) {
  try {
    const shop = await shopOf();
    const { changed, unchanged, refused } = await shop.applyEvents(events);
    const refusals = refused.flatMap(({ index, refusals: found }) => found.map((refusal) => ({ ...refusal, index })));
    return answer(events.length > 0 && refused.length === events.length ? 400 : 200, { accepted: changed, duplicates: unchanged, errors: refusals });
  } catch (error) {
    console.error(JSON.stringify({ level: 'error', code: error.code ?? error.name }));
    return answer(503, errors('', error.code ?? 'unexpected', 'not stored now; send again'), { 'retry-after': '1' });
  }
}

/** A secret that is not set opens nothing. */
function verify(signed) {
  const secrets = secretLines(process.env.POS_WEBHOOK_SECRET ?? '');
  if (secrets.length > 0 && isStandardWebhook(signed.headers)) return verifyStandardWebhook(signed, secrets, Date.now());
  return verifyToken(signed, secretLines(process.env.BOTTEGA_API_TOKEN ?? ''));
}

function parse(bytes) {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function errors(path, rule, message) {
  return { errors: [{ path, rule, message }] };
}

function answer(statusCode, body, headers = {}) {
  return { statusCode, headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }, body: JSON.stringify(body) };
}
