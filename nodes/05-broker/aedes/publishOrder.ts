/**
 * `publishInOrder` lets messages leave the embedded broker in the order in which they came.
 *
 * aedes numbers a message when it takes it, prepares it (kept messages, clients that are away) and then emits it. A client is never given a
 * number below its last one: aedes takes that for a repetition. So a message that overtakes another while it is prepared would lose it.
 */
import type { Aedes } from 'aedes';

interface OrderedMessage {
  readonly topic: string;
  readonly retain?: boolean;
}

type Publish = (packet: OrderedMessage, client: unknown, done: Done) => void;
type Done = (error?: Error | null) => void;

/** What of aedes this file leads: `publish` is called by its clients too, `mq` is where prepared messages are emitted. */
interface PublishLine {
  publish: Publish;
  readonly mq: { emit(packet: object, done: unknown): unknown };
}

/**
 * `publishInOrder` lets one message at a time be prepared; the next one begins when it was emitted, or refused. Its publisher is called back
 * when it was emitted and, where it is to be kept, `written`.
 */
export function publishInOrder(broker: Aedes, written: (topic: string) => Promise<void>): void {
  const line = broker as unknown as PublishLine;
  const publish = line.publish.bind(line);
  const emit = line.mq.emit.bind(line.mq);
  let waiting: (() => void)[] = [];
  let next = 0;
  let preparing: object | undefined;
  let phase: 'idle' | 'running' = 'idle';

  // A loop, not a recursion: thousands may wait, and many are emitted at once.
  const run = (): void => {
    if (phase === 'running') return;
    phase = 'running';
    for (let turn = waiting[next]; preparing === undefined && turn !== undefined; turn = waiting[next]) {
      next += 1;
      turn();
    }
    // Not one by one: taking the first of many thousands away moves all others.
    if (2 * next >= waiting.length) [waiting, next] = [waiting.slice(next), 0];
    phase = 'idle';
  };
  const prepared = (turn: object | undefined): void => {
    if (turn === undefined || preparing !== turn) return;
    preparing = undefined;
    run();
  };

  line.publish = (packet, client, done) => {
    const [from, published] = typeof client === 'function' ? [null, client as Done] : [client, done];
    const turn = {};
    waiting.push(() => {
      preparing = turn;
      publish(packet, from, (error) => {
        prepared(turn);
        if (packet.retain !== true || Boolean(error)) published(error);
        else written(packet.topic).then(() => { published(); }, published);
      });
    });
    run();
  };
  line.mq.emit = (packet, done) => {
    const turn = preparing;
    const result = emit(packet, done);
    prepared(turn);
    return result;
  };
}
