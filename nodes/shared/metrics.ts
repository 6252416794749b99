/**
 * Metrics of this process, in Prometheus' terms: how many, how late, how deep. Read by the monitor node.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export const registry = new Registry();
registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);

const registers = [registry];

/** Every event by its source (provider or outbox, never a person) and what became of it. */
export const events = new Counter({
  name: 'bottega_events_total',
  help: 'Events by source and outcome (accepted, duplicate, rejected, ignored, dead, held, replayed, published, received, folded, unchanged, erased)',
  labelNames: ['source', 'outcome'] as const,
  registers,
});

/** Seconds an event took from one hop to the next. */
export const hopSeconds = new Histogram({
  name: 'bottega_hop_seconds',
  help: 'Latency per hop (intake: POST to answer, outbox: append to receipt, inbox: message to stored, kpi: recorded to published)',
  labelNames: ['hop'] as const,
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
  registers,
});

export const outboxDepth = new Gauge({
  name: 'bottega_outbox_depth',
  help: 'Events stored in the outbox and not yet receipted',
  labelNames: ['outbox'] as const,
  registers,
});

/** 1 while the resource works, 0 while it does not. */
export const resourceUp = new Gauge({
  name: 'bottega_resource_up',
  help: 'Whether a resource (store, broker) works',
  labelNames: ['resource'] as const,
  registers,
});

/** Senders sent off before their request was read, by reason. */
export const sendersTurnedAway = new Counter({
  name: 'bottega_senders_turned_away_total',
  help: 'Senders turned away unread (slowRequest: its headers did not come in time; slowBody: nor its body; busy: all places were taken)',
  labelNames: ['reason'] as const,
  registers,
});

/** What the built-in broker refused, by login (a user name it made itself, the owner's, or any other) and action. */
export const brokerRefusals = new Counter({
  name: 'bottega_broker_refusals_total',
  help: 'Refused by the built-in broker (login: wrong password; wait: too soon after wrong ones; publish, subscribe, will: not what that login is there for)',
  labelNames: ['login', 'action'] as const,
  registers,
});
