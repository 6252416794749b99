/**
 * Under which address is a sender counted? What it writes into a header itself gives it no other one.
 */
import assert from 'node:assert/strict';
import { parseProxies, senderAddressOf, type TrustedProxies } from '../../../engine/verify/senderAddress.js';

function proxies(text: string): TrustedProxies {
  const parsed = parseProxies(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

describe('sender address', () => {
  const cases: readonly (readonly [trusted: string, remote: string | undefined, forwarded: string | undefined, expected: string])[] = [
    ['', '198.51.100.7', undefined, '198.51.100.7'], ['', '198.51.100.7', '203.0.113.9', '198.51.100.7'], ['', undefined, undefined, ''],
    // Whoever is in our own network is no proxy by that alone.
    ['', '127.0.0.1', '203.0.113.9', '127.0.0.1'], ['', '10.0.0.2', '203.0.113.9', '10.0.0.2'], ['', '::1', '203.0.113.9', '0:0:0:0::'],
    ['loopback', '127.0.0.1', '203.0.113.9', '203.0.113.9'], ['loopback', '::1', '203.0.113.9', '203.0.113.9'], ['loopback', '::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['loopback', '127.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'], ['loopback', '127.0.0.1', undefined, '127.0.0.1'], ['loopback', '127.0.0.1', 'nobody', '127.0.0.1'],
    ['loopback', '127.0.0.1', '203.0.113.9:4711', '203.0.113.9'], ['loopback', '127.0.0.1', '[2001:db8:1:2::9]:443', '2001:db8:1:2::'], ['loopback', '127.0.0.1', '2001:DB8:1:2::9', '2001:db8:1:2::'],
    ['loopback', '10.0.0.2', '203.0.113.9', '10.0.0.2'], ['private', '10.0.0.2', '203.0.113.9', '203.0.113.9'], ['private', '172.31.9.9', '203.0.113.9', '203.0.113.9'],
    ['private', '172.32.0.1', '203.0.113.9', '172.32.0.1'], ['private', 'fe80::1%eth0', '203.0.113.9', '203.0.113.9'],
    // Two proxies in a row: the outer one's word counts, what was written before it does not.
    ['10.0.0.0/8', '10.0.0.2', '9.9.9.9, 203.0.113.9, 10.7.7.7', '203.0.113.9'], ['10.0.0.2', '10.0.0.2', '203.0.113.9, 10.7.7.7', '10.7.7.7'],
    ['192.0.2.128/25', '192.0.2.200', '203.0.113.9', '203.0.113.9'], ['192.0.2.128/25', '192.0.2.100', '203.0.113.9', '192.0.2.100'],
    ['2001:db8::/32', '2001:db8:9::1', '203.0.113.9', '203.0.113.9'], ['2001:db8::/32', '2001:db9::1', '203.0.113.9', '2001:db9:0:0::'], ['0.0.0.0/0', '8.8.8.8', '203.0.113.9', '203.0.113.9'],
    ['', '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::'], ['', '2001:db8:1:2:ffff::1', undefined, '2001:db8:1:2::'], ['', '2001:db8::1', undefined, '2001:db8:0:0::'],
    ['', '::ffff:198.51.100.7', undefined, '198.51.100.7'],
  ];
  for (const [trusted, remote, forwarded, expected] of cases) {
    it(`${String(remote)} for ${String(forwarded)} is ${expected} where ${trusted === '' ? 'nobody' : trusted} is trusted`, () => {
      assert.equal(senderAddressOf(remote, forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }, proxies(trusted)), expected);
    });
  }

  for (const text of ['proxy.example', '10.0.0.0/33', '10.0.0', '10.0.0.256', '::/129', '1:2:3', '1::2::3', '10.0.0.1/8/8', '10.0.0.1;', '12345::1', Array.from({ length: 201 }, () => '10.0.0.1').join(',')]) {
    it(`${text.slice(0, 20)} is no list of proxies`, () => { assert.equal(parseProxies(text), undefined); });
  }
});
