import assert from 'node:assert/strict';
import { sameSecret, sha256 } from '../../../engine/base/secret.js';

describe('sameSecret', () => {
  const cases: readonly [expected: string, given: string, same: boolean][] = [
    ['segreto', 'segreto', true], ['segreto', 'segretO', false], ['segreto', 'segret', false], ['segreto', '', false], ['', '', true], ['perché', 'perche', false],
  ];
  for (const [expected, given, same] of cases) it(`${expected} ${same ? '=' : '≠'} ${given}`, () => { assert.equal(sameSecret(expected, given), same); });
});

describe('sha256', () => {
  it('gives the digest of FIPS 180-4', () => {
    assert.equal(sha256('abc').toString('hex'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.deepEqual(sha256(Buffer.from('abc')), sha256('abc'));
  });
});
