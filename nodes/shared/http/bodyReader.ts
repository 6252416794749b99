/**
 * `takeBody` takes the bytes of a request in, for as long and as many as the intake allows, which is one for all paths of this process.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SECOND } from '../../../engine/base/time.js';
import { type IntakePlace, IntakePlaces } from '../../../engine/verify/intakePlaces.js';
import { type Answer, refused, unavailable, writeEarly } from './response.js';
import { turnAway } from './turnedAway.js';

/** `BodyTerms` are whose body it is, and how long it may be. */
export interface BodyTerms {
  readonly path: string;
  readonly address: string;
  readonly maxBytes: number;
}

const SWEEP_MS = SECOND / 2;
const SLOW: Answer = refused(408, '', 'body.slow', 'the body came too slowly; send again');
const BUSY: Answer = unavailable('intake.busy', 1);

/** Milliseconds of a clock that nobody sets. */
const ticks = (): number => performance.now();

const places = new IntakePlaces();
const senders = new Map<IntakePlace, (answer: Answer) => void>();
const placeOf = new WeakMap<IncomingMessage, IntakePlace>();
let sweeper: NodeJS.Timeout | undefined;

/** `takeBody` calls `done` with all bytes, or answers by itself. Until `releaseBody` or the end of the response they count as unproven. */
export function takeBody(request: IncomingMessage, response: ServerResponse, terms: BodyTerms, done: (body: Buffer) => void): void {
  const entry = places.enter(terms.path, terms.address, ticks());
  displace(entry.displaced, BUSY);
  if (entry.outcome === 'full') {
    turnAway('busy');
    writeEarly(request, response, BUSY);
    return;
  }
  placeOf.set(request, entry.place);
  response.once('close', () => { releaseBody(request); });
  sweeper ??= setInterval(sweep, SWEEP_MS).unref();
  collect(request, response, { ...terms, place: entry.place }, done);
}

/** `releaseBody`: its sender has proven itself, or never will. */
export function releaseBody(request: IncomingMessage): void {
  const place = placeOf.get(request);
  if (place === undefined) return;
  places.leave(place);
  senders.delete(place);
}

/** `tooLarge` is the answer to a body of more bytes. */
export function tooLarge(maxBytes: number): Answer {
  return refused(413, '', 'size', `at most ${String(maxBytes)} bytes`);
}

interface Collected extends BodyTerms {
  readonly place: IntakePlace;
}

function collect(request: IncomingMessage, response: ServerResponse, { place, maxBytes }: Collected, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const stop = (): boolean => {
    request.removeListener('data', take);
    chunks.length = 0;
    return senders.delete(place);
  };
  const giveUp = (answer: Answer): void => {
    stop();
    releaseBody(request);
    writeEarly(request, response, answer);
  };
  const take = (chunk: Buffer): void => {
    size += chunk.length;
    chunks.push(chunk);
    if (size > maxBytes) giveUp(tooLarge(maxBytes));
    else displace(places.take(place, chunk.length, ticks()), BUSY);
  };
  senders.set(place, giveUp);
  request.on('data', take);
  request.on('end', () => {
    if (!senders.has(place)) return;
    const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size);
    stop();
    places.complete(place);
    done(body);
  });
  // A sender that hangs up midway gets no answer and leaves nothing behind.
  request.on('close', () => { if (stop()) releaseBody(request); });
  request.on('error', () => { if (stop()) releaseBody(request); });
}

function displace(displaced: readonly IntakePlace[], answer: Answer): void {
  for (const place of displaced) {
    turnAway(answer === SLOW ? 'slowBody' : 'busy');
    senders.get(place)?.(answer);
  }
}

function sweep(): void {
  displace(places.overdue(ticks()), SLOW);
  if (places.reading > 0) return;
  clearInterval(sweeper);
  sweeper = undefined;
}
