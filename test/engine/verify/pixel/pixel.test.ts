/** Who may send from a page, how much, and who is no visitor at all. */
import assert from 'node:assert/strict';
import { isAllowed, originOf, parseOrigins } from '../../../../engine/verify/pixel/origins.js';
import { RateLimit } from '../../../../engine/verify/pixel/rateLimit.js';
import { visitorOf } from '../../../../engine/verify/pixel/visitor.js';

describe('origins', () => {
  const cases: readonly (readonly [list: string, origin: string | undefined, allowed: boolean])[] = [
    ['', 'https://any.example', true], ['', undefined, true], ['https://lampade.example', 'https://lampade.example', true], ['lampade.example', 'https://lampade.example', true],
    ['lampade.example', 'http://lampade.example', false], ['https://lampade.example/', 'https://LAMPADE.example', true], ['lampade.example', 'https://www.lampade.example', false],
    ['*.lampade.example', 'https://www.lampade.example', true], ['*.lampade.example', 'https://a.b.lampade.example', true], ['*.lampade.example', 'https://lampade.example', false],
    ['lampade.example', 'https://lampade.example.evil.example', false], ['lampade.example', 'https://evil-lampade.example', false], ['lampade.example', 'https://lampadeXexample', false],
    ['*.lampade.example', 'https://evillampade.example', false], ['lampade.example', undefined, false], ['lampade.example', 'null', false], ['null', 'null', true], ['a.example, null', 'null', true],
    ['http://localhost:3000', 'http://localhost:3000', true], ['http://localhost:3000', 'http://localhost', false], ['a.example\n b.example', 'https://b.example', true],
  ];
  for (const [list, origin, allowed] of cases) {
    it(`${JSON.stringify(list)} and ${String(origin)}: ${String(allowed)}`, () => { assert.equal(isAllowed(parseOrigins(list) ?? [], origin), allowed); });
  }

  for (const wrong of ['ftp://a.example', 'https://a.example/path', 'a b*c', '*', 'https://', 'a..example', new Array(101).fill('a.example').join(',')]) {
    it(`refuses ${wrong.slice(0, 30)}`, () => { assert.equal(parseOrigins(wrong), undefined); });
  }

  it('are stated by the browser, or by the page it comes from', () => {
    assert.equal(originOf({ origin: 'https://a.example', referer: 'https://b.example/x' }), 'https://a.example');
    assert.equal(originOf({ referer: 'https://b.example:8443/x?y' }), 'https://b.example:8443');
    assert.deepEqual([{}, { origin: '' }, { referer: 'nowhere' }].map(originOf), [undefined, undefined, undefined]);
  });
});

describe('rate limit', () => {
  const slow = { perSecond: 0.5, burst: 2 };
  const wide = { perSecond: 1_000, burst: 1_000 };

  it('lets a burst in, then as much as time gives back', () => {
    const limit = new RateLimit(slow, wide);
    const timeline: readonly (readonly [at: number, expected: string])[] = [
      [0, 'admitted'], [0, 'admitted'], [0, 'address 2'], [500, 'address 2'], [1_999, 'address 1'], [2_000, 'admitted'], [2_000, 'address 2'], [60_000, 'admitted'], [60_000, 'admitted'], [60_000, 'address 2'],
    ];
    for (const [at, expected] of timeline) {
      const admission = limit.admit('a', at);
      assert.equal(admission.outcome === 'admitted' ? 'admitted' : `${admission.by} ${String(admission.retryAfterS)}`, expected, String(at));
    }
    assert.equal(limit.admit('b', 60_000).outcome, 'admitted');
  });

  it('holds for all together, and nobody pays for whom it refused', () => {
    const limit = new RateLimit({ perSecond: 1, burst: 3 }, { perSecond: 1, burst: 5 });
    const outcomes = ['a', 'a', 'a', 'a', 'a', 'b', 'b', 'b'].map((address) => limit.admit(address, 0).outcome);
    assert.deepEqual(outcomes.map((outcome) => outcome === 'admitted'), [true, true, true, false, false, true, true, false]);
    assert.deepEqual(limit.admit('c', 0), { outcome: 'refused', by: 'all', retryAfterS: 1 });
  });

  it('forgets the quietest, and a clock that goes back gives nothing', () => {
    const limit = new RateLimit(slow, { perSecond: 1e9, burst: 1e9 }, 100);
    for (let n = 0; n < 10_000; n += 1) limit.admit(String(n), n);
    assert.equal(limit.addresses, 100);
    const other = new RateLimit(slow, wide);
    assert.deepEqual([100_000, 100_000, 0, 50_000].map((at) => other.admit('a', at).outcome), ['admitted', 'admitted', 'refused', 'refused']);
  });
});

describe('visitors', () => {
  const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const cases: readonly (readonly [headers: Record<string, string>, expected: string])[] = [
    [{ 'user-agent': FIREFOX }, 'person'], [{}, 'person'], [{ 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }, 'machine'],
    [{ 'user-agent': 'facebookexternalhit/1.1' }, 'machine'], [{ 'user-agent': 'Mozilla/5.0 HeadlessChrome/139.0' }, 'machine'], [{ 'user-agent': 'AhrefsBot/7.0' }, 'machine'],
    [{ 'user-agent': FIREFOX, 'sec-purpose': 'prefetch;prerender' }, 'ahead'], [{ 'user-agent': FIREFOX, 'purpose': 'prefetch' }, 'ahead'], [{ 'x-moz': 'prefetch' }, 'ahead'],
    [{ 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit/605.1 Mobile/15E148 Instagram 400.0' }, 'person'],
  ];
  for (const [headers, expected] of cases) it(`${JSON.stringify(headers)}: ${expected}`, () => { assert.equal(visitorOf(headers), expected); });
});
