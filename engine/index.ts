/** The engine for programs outside Node-RED: events, facts, slices, windows and KPIs. */
export * from './errors.js';
export * from './event.js';
export * from './fact.js';
export * from './kpi.js';
export * from './measure.js';
export * from './presets.js';
export * from './slice.js';
export * from './store/store.js';
export * from './window.js';
