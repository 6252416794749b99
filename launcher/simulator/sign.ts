/** How does the simulator sign? As every sender that the intake knows: the signatures live beside their checks. */
export * from '../../engine/verify/samples/sign.js';
