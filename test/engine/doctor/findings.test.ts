/** What a doctor says of what was found: tables of facts and the finding. */
import assert from 'node:assert/strict';
import { type OtherClock, type Finding, judgeAddress, judgeClock, judgeData, judgeDisk, judgeHealth, judgeNode, judgeSecrets, judgeServer, judgeTls, judgeZone, type PublicProbe } from '../../../engine/doctor/findings.js';
import { DAY } from '../../../engine/base/time.js';

const NOW = Date.UTC(2026, 10, 22, 12);
const GIB = 1024 ** 3;
const said = ({ check, state, as }: Finding): string => `${check} ${state} ${as}`;
const clock = (offMs: number, stepMs = 0): OtherClock => ({ whose: 'shop.example', at: NOW + offMs, askedAt: NOW, answeredAt: NOW + 200, stepMs });
const probe = (status: number, sameHere = 200): PublicProbe => ({ url: 'https://shop.example', status, sameHere });

const CASES: readonly (readonly [string, Finding | readonly Finding[], string])[] = [
  ['Node.js as asked for', judgeNode('20.19.0', '20.19.0'), 'node ok good'],
  ['a newer one, by number and not by letter', judgeNode('20.20.2', '20.19.0'), 'node ok good'],
  ['an older one', judgeNode('20.9.1', '20.19.0'), 'node failed old'],
  ['a good directory', judgeData('/d', 'writable', 0o100600), 'data ok good'],
  ['one without secrets', judgeData('/d', 'writable', undefined), 'data ok good'],
  ['secrets that all may read', judgeData('/d', 'writable', 0o100644), 'data failed open'],
  ['a directory of somebody else', judgeData('/d', 'readOnly', 0o100600), 'data failed readOnly'],
  ['none yet', judgeData('/d', 'missing', undefined), 'data warning missing'],
  ['much space', judgeDisk(5 * GIB), 'disk ok good'],
  ['little', judgeDisk(GIB / 2), 'disk warning little'],
  ['none', judgeDisk(GIB / 100), 'disk failed full'],
  ['a zone', judgeZone('Europe/Rome', true), 'zone ok good'],
  ['no zone', judgeZone('Europa/Roma', false), 'zone failed unknown'],
  ['nobody else’s clock', judgeClock([]), 'clock skipped alone'],
  ['a clock within the second that a Date header cuts off', judgeClock([clock(-900, 1_000)]), 'clock ok good'],
  ['a clock half a minute ahead of ours', judgeClock([clock(30_000)]), 'clock warning slow'],
  ['the worst of two counts', judgeClock([clock(100), clock(-600_000)]), 'clock failed fast'],
  ['good secrets', judgeSecrets({ A: 'enough', B: 'enough' }), 'secrets ok good'],
  ['a sender without one', judgeSecrets({ A: 'enough', B: 'empty' }), 'secrets ok closed'],
  ['a short one is said before that', judgeSecrets({ A: 'short', B: 'empty' }), 'secrets warning short'],
  ['a shop that does not run', judgeHealth('http://here', undefined), 'shop failed away'],
  ['one that is well', judgeHealth('http://here', { status: 'ok' }), 'shop ok runs, health ok good'],
  [
    'one that is down, with a warning', judgeHealth('http://here', { status: 'down', causes: [{ cause: 'store.full', message: 'm' }], warnings: [{ cause: 'clock.slow', message: 'm' }] }),
    'shop ok runs, health failed cause, health warning cause',
  ],
  ['the built-in broker', judgeServer('broker', undefined, undefined), 'broker ok own'],
  ['a Redis that is away', judgeServer('redis', 'r:6379', 'ECONNREFUSED'), 'redis failed away'],
  ['no public address', judgeAddress(undefined), 'address skipped none, body skipped none'],
  ['it leads here, unchanged', judgeAddress(probe(200)), 'address ok reached, body ok good'],
  ['a proxy that rewrites the body', judgeAddress(probe(401)), 'address ok answered, body failed changed'],
  ['the same where the endpoint saw it come', judgeAddress({ ...probe(401), arrival: 'arrived' }), 'address ok answered, body failed changed'],
  ['another shop, whose secret is another', judgeAddress({ ...probe(401), arrival: 'missing' }), 'address failed other, body skipped none'],
  ['another process of the same shop', judgeAddress({ ...probe(200), arrival: 'missing' }), 'address ok reached, body ok good'],
  ['somebody else', judgeAddress(probe(404)), 'address failed other, body skipped none'],
  ['nobody', judgeAddress(probe(0)), 'address failed away, body skipped none'],
  ['an example that does not get in from nearby either', judgeAddress(probe(401, 401)), 'address skipped untried, body skipped none'],
  ['a public address without TLS', judgeTls('http://shop.example', undefined, NOW), 'tls failed plain'],
  ['this machine needs none', judgeTls('http://127.0.0.1:1880', undefined, NOW), 'tls skipped none'],
  ['a certificate for a month', judgeTls('https://shop.example', { validTo: NOW + 30 * DAY, protocol: 'TLSv1.3' }, NOW), 'tls ok good'],
  ['one that ends next week', judgeTls('https://shop.example', { validTo: NOW + 7 * DAY, protocol: 'TLSv1.3' }, NOW), 'tls warning ends'],
  ['one that nobody trusts', judgeTls('https://shop.example', { fault: 'self-signed certificate' }, NOW), 'tls failed fault'],
];

describe('what a doctor says', () => {
  for (const [what, found, expected] of CASES) {
    it(`${what}: ${expected}`, () => { assert.equal([found].flat().map(said).join(', '), expected); });
  }
});
