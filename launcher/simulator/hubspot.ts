/**
 * HubSpot's posts about contacts, deals and tickets: batches of single changes, each with its own id, values always text.
 */
import { MINUTE } from '../../engine/base/time.js';
import type { Chance } from './chance.js';

export interface HubSpotChange {
  readonly eventId: number;
  readonly subscriptionId: number;
  readonly portalId: number;
  readonly appId: number;
  readonly occurredAt: number;
  readonly subscriptionType: string;
  readonly attemptNumber: number;
  readonly objectId: number;
  readonly propertyName?: string;
  readonly propertyValue?: string;
  readonly changeSource: string;
  readonly changeFlag?: string;
}

/** A contact that came from somewhere and may become a won deal, or a ticket that is opened and closed. */
export function hubspotChanges(kind: 'contact' | 'ticket', at: number, serial: number, chance: Chance): HubSpotChange[] {
  const change = changeOf(at, serial);
  if (kind === 'ticket') {
    const minutes = chance.between(4, 90);
    return [
      { ...change(0, 'ticket.creation', serial), occurredAt: at - minutes * MINUTE, changeFlag: 'NEW' },
      { ...change(1, 'ticket.propertyChange', serial), propertyName: 'time_to_close', propertyValue: String(minutes * MINUTE) },
      { ...change(2, 'ticket.propertyChange', serial), propertyName: 'hs_pipeline_stage', propertyValue: '4' },
    ];
  }
  const source = chance.pick([['SOCIAL_MEDIA', 4], ['PAID_SOCIAL', 2], ['ORGANIC_SEARCH', 3], ['DIRECT_TRAFFIC', 2]]);
  return [
    { ...change(0, 'contact.creation', serial), changeFlag: 'NEW' },
    { ...change(1, 'contact.propertyChange', serial), propertyName: 'hs_analytics_source', propertyValue: source },
    ...(chance.next() < 0.3 ? wonDeal(change, serial, source, chance) : []),
  ];
}

function wonDeal(change: ReturnType<typeof changeOf>, serial: number, source: string, chance: Chance): HubSpotChange[] {
  return [
    { ...change(2, 'deal.creation', serial), changeFlag: 'NEW' },
    { ...change(3, 'deal.propertyChange', serial), propertyName: 'amount', propertyValue: `${String(chance.between(80, 900))}.5` },
    { ...change(4, 'deal.propertyChange', serial), propertyName: 'dealstage', propertyValue: 'closedwon' },
    { ...change(5, 'deal.propertyChange', serial), propertyName: 'hs_analytics_source', propertyValue: source },
  ];
}

function changeOf(at: number, serial: number): (index: number, subscriptionType: string, objectId: number) => HubSpotChange {
  return (index, subscriptionType, objectId) => ({
    eventId: (serial % 100_000_000) * 10 + index,
    subscriptionId: 2_900_000 + index,
    portalId: 44_000_001,
    appId: 4_000_001,
    occurredAt: at,
    subscriptionType,
    attemptNumber: 0,
    objectId,
    changeSource: 'CRM',
  });
}
