/**
 * The limit of a packet: MQTT's fixed headers are read along the stream, before anything is kept in memory.
 */
import type { Socket } from 'node:net';

/** `MAX_PACKET_BYTES`: a sealed dead letter of a 1 MiB body fits. */
export const MAX_PACKET_BYTES = 1.5 * 1024 * 1024;

/** `FrameMeter` follows the frames of one connection (MQTT 5 section 2.1: type, then the remaining length in 1 to 4 bytes of 7 bits). */
export class FrameMeter {
  readonly #limit: number;
  #remaining = 0;
  #header: 'type' | 'length' = 'type';
  #length = 0;
  #shift = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** `tooLarge` as soon as a header announces more than the limit. */
  see(chunk: Buffer): 'ok' | 'tooLarge' {
    let at = 0;
    while (at < chunk.length) {
      if (this.#remaining > 0) {
        const skipped = Math.min(this.#remaining, chunk.length - at);
        this.#remaining -= skipped;
        at += skipped;
      } else if (this.#header === 'type') {
        this.#header = 'length';
        at += 1;
      } else {
        if (this.#addLength(chunk[at] ?? 0) === 'tooLarge') return 'tooLarge';
        at += 1;
      }
    }
    return 'ok';
  }

  #addLength(byte: number): 'ok' | 'tooLarge' {
    this.#length += (byte & 0x7f) * 2 ** this.#shift;
    this.#shift += 7;
    if (this.#length > this.#limit || this.#shift > 28) return 'tooLarge';
    if ((byte & 0x80) === 0) {
      this.#remaining = this.#length;
      this.#length = 0;
      this.#shift = 0;
      this.#header = 'type';
    }
    return 'ok';
  }
}

/** `limitPackets` cuts the connection before the broker buffers a packet above the limit. */
export function limitPackets(socket: Socket, limit: number): void {
  const meter = new FrameMeter(limit);
  const read = socket.read.bind(socket);
  // aedes pulls with read(): the one place that sees every chunk before its parser does.
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    if (!Buffer.isBuffer(chunk) || meter.see(chunk) === 'ok') return chunk;
    socket.destroy();
    return null;
  };
}
