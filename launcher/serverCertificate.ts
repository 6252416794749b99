/**
 * `ServerCertificate` is what the product shows to browsers and senders: read from two files, and again when one of them changes, as certificates that renew
 * themselves do. Two that do not belong together are half-way through a renewal: the former ones serve on.
 */
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError, messageOf } from '../engine/base/errors.js';
import { SECOND } from '../engine/base/time.js';
import type { TlsFiles } from './settings/settings.js';

/** `KeyPair` as PEM texts. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

const CHECK_MS = 5 * SECOND;

/** `ServerCertificate` of two files. */
export class ServerCertificate {
  readonly #files: TlsFiles;
  readonly #log: (line: string) => void;
  #mark = '';
  #said = '';

  constructor(files: TlsFiles, log: (line: string) => void) {
    this.#files = files;
    this.#log = log;
  }

  /** Throws `ConfigError` where they cannot be read, or do not belong together. */
  read(): KeyPair {
    const mark = this.#markNow();
    const pair = { cert: fileAt('BOTTEGA_TLS_CERT', this.#files.cert), key: fileAt('BOTTEGA_TLS_KEY', this.#files.key) };
    try {
      createSecureContext(pair);
    } catch (error) {
      const rule = `must be a PEM certificate, and BOTTEGA_TLS_KEY its key without a passphrase: ${messageOf(error)}`;
      throw new ConfigError('BOTTEGA_TLS_CERT', rule, this.#files.cert);
    }
    this.#mark = mark;
    return pair;
  }

  /** Calls back with each new pair; the answer stops it. */
  watch(changed: (pair: KeyPair) => void, everyMs = CHECK_MS): () => void {
    const timer = setInterval(() => { this.#check(changed); }, everyMs).unref();
    return () => { clearInterval(timer); };
  }

  #check(changed: (pair: KeyPair) => void): void {
    if (this.#markNow() === this.#mark) return;
    try {
      changed(this.read());
      this.#say(`[info] a new certificate serves from now on: ${this.#files.cert}`);
    } catch (error) {
      this.#say(`[warn] the former certificate serves on: ${messageOf(error)}`);
    }
  }

  #say(line: string): void {
    if (line === this.#said) return;
    this.#said = line;
    this.#log(line);
  }

  /** A link that points elsewhere is a change, too. */
  #markNow(): string {
    return [this.#files.cert, this.#files.key].map((path) => {
      const state = statSync(path, { throwIfNoEntry: false });
      return state === undefined ? '' : [state.dev, state.ino, state.size, state.mtimeMs].join(' ');
    }).join();
  }
}

function fileAt(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(name, `must be a file that can be read: ${messageOf(error)}`, path);
  }
}
