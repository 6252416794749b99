/**
 * `startProduct` starts a built checkout of the product on a data directory, for scripts that watch it from outside.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Resolves when it is ready. `flags` are Node's; `stderr` as for `spawn`. `token` opens its API. */
export async function startProduct(checkout, data, { flags = [], stderr = 'inherit' } = {}) {
  const mqttPort = await freePort();
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: '0', MQTT_PORT: String(mqttPort), BOTTEGA_DATA: data };
  const child = spawn(process.execPath, [...flags, join(checkout, 'dist/launcher/start.js')], { cwd: checkout, env, stdio: ['ignore', 'pipe', stderr] });
  const ended = once(child, 'exit').then(() => { throw new Error('the product ended before it was ready'); });
  const url = await Promise.race([lineOf(child.stdout, /^ready (.*)/), ended]);
  // Nobody waits for its end any more: stopping it is no error.
  ended.catch(() => undefined);
  const token = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')).BOTTEGA_API_TOKEN;
  const stop = async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { child, url, mqttPort, token, stop };
}

/** What follows in the first line that matches; lines are kept by the pipe until somebody asks. */
export function lineOf(stream, pattern) {
  return new Promise((found) => {
    createInterface({ input: stream }).on('line', (line) => {
      const [, rest] = pattern.exec(line) ?? [];
      if (rest !== undefined) found(rest);
    });
  });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
