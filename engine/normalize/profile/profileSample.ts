/**
 * `profileSample` is an example message of a sender that is data: the profile's own, with today's times, or one of a topic that nobody counts.
 */
import { isRecord } from '../../base/json.js';
import { formatInstant, LocalClock, MINUTE } from '../../base/time.js';
import { type Purpose, type Sample, sampleOf } from '../../verify/samples/payloads.js';
import type { PlatformProfile, SenderProfile } from './profile.js';

const SAMPLE_ZONE = 'Europe/Rome';
const NOBODYS_TOPIC = 'prova';

/** `profileSample`: `now` in epoch ms; the example happened a minute before. A body that is a form is text already. */
export function profileSample(profile: SenderProfile, purpose: Purpose, now: number): Sample {
  if (profile.receipts === 'mapped') return sampleOf('pos', purpose, now);
  return purpose === 'real' ? realSample(profile, now - MINUTE) : harmlessSample(profile, now);
}

function realSample({ example, body }: PlatformProfile, at: number): Sample {
  const said = withTimes(example.body, at);
  return { headers: example.topic === undefined ? {} : { topic: example.topic }, body: wrapped(said, body) };
}

function harmlessSample({ topic, body }: PlatformProfile, now: number): Sample {
  const fields = Object.fromEntries((topic.fields ?? []).map((field) => [field, NOBODYS_TOPIC]));
  const held = body?.form ?? body?.text;
  const said = { ...fields, timestamp: formatInstant(now), ...(held !== undefined && { [held]: {} }) };
  return { headers: topic.header === undefined ? {} : { topic: NOBODYS_TOPIC }, body: wrapped(said, body) };
}

function wrapped(said: unknown, body: PlatformProfile['body']): unknown {
  const held = body?.form ?? body?.text;
  if (held === undefined || !isRecord(said)) return said;
  const outer = { ...said, [held]: JSON.stringify(said[held]) };
  return body?.form === undefined ? outer : new URLSearchParams(outer as Record<string, string>).toString();
}

/** `{now}`, `{nowMs}` and `{nowLocal}` are when it happened: in UTC, as a number, and as a clock in Italy shows it. */
function withTimes(value: unknown, at: number): unknown {
  if (Array.isArray(value)) return value.map((each) => withTimes(each, at));
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withTimes(each, at)]));
  switch (value) {
    case '{now}': return formatInstant(at);
    case '{nowMs}': return at;
    case '{nowLocal}': return formatInstant(at + new LocalClock(SAMPLE_ZONE).offsetAt(at)).slice(0, 19);
    default: return value;
  }
}
