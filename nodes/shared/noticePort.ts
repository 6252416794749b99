/**
 * `NoticePort` is what a notify node offers to displays in its process: by which way notices leave the shop.
 */
import { PortRegistry } from './portRegistry.js';

/** `NoticePort`: `none`, nobody has chosen a way yet, or its secret is missing. */
export interface NoticePort {
  readonly tenant: string;
  readonly id: string;
  readonly way: 'email' | 'webhook' | 'none';
}

/** `noticePorts` across all nodes of the process. */
export const noticePorts = new PortRegistry<NoticePort>();
