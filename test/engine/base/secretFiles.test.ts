import assert from 'node:assert/strict';
import { SECRET_VARIABLES, secretsInFiles } from '../../../engine/base/secretFiles.js';

const FILES: Readonly<Record<string, string>> = { '/password': 'a long password\n', '/empty': '\n', '/url': 'mqtts://edge:pw@broker:8883' };

function read(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return text;
}

describe('secretsInFiles', () => {
  it('reads what NAME_FILE names as if it were NAME', () => {
    assert.deepEqual(secretsInFiles({}, read), {});
    assert.deepEqual(secretsInFiles({ BOTTEGA_PASSWORD_FILE: '/password', MQTT_URL_FILE: ' /url ', REDIS_URL_FILE: '', PATH_FILE: '/password' }, read),
      { BOTTEGA_PASSWORD: 'a long password', MQTT_URL: 'mqtts://edge:pw@broker:8883' });
    assert.deepEqual(secretsInFiles({ A_SENDER_SECRET_FILE: '/password' }, read, ['A_SENDER_SECRET']), { A_SENDER_SECRET: 'a long password' });
    for (const name of SECRET_VARIABLES) assert.deepEqual(secretsInFiles({ [`${name}_FILE`]: '/password' }, read), { [name]: 'a long password' });
  });

  const REFUSED: [environment: Record<string, string>, message: RegExp][] = [
    [{ BOTTEGA_PASSWORD_FILE: '/password', BOTTEGA_PASSWORD: 'another one' }, /^BOTTEGA_PASSWORD_FILE: must not be set beside BOTTEGA_PASSWORD/],
    [{ BOTTEGA_PASSWORD_FILE: '/none' }, /^BOTTEGA_PASSWORD_FILE: must be a file that can be read \(ENOENT\)/],
    [{ BOTTEGA_PRIVACY_KEY_FILE: '/empty' }, /^BOTTEGA_PRIVACY_KEY_FILE: must be a file that holds a value/],
    [{ REDIS_URL_FILE: '/empty' }, /^REDIS_URL_FILE: must be a file that holds a value/],
  ];
  for (const [environment, message] of REFUSED) {
    it(`refuses ${JSON.stringify(environment)}`, () => { assert.throws(() => secretsInFiles(environment, read), { name: 'ConfigError', message }); });
  }

  it('takes an empty file for not set where something else takes its place', () => {
    assert.deepEqual(secretsInFiles({ SHOPIFY_WEBHOOK_SECRET_FILE: '/empty', BOTTEGA_OIDC_CLIENT_SECRET_FILE: '/empty' }, read), {});
  });
});
