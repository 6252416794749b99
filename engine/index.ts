/** The engine for programs outside Node-RED: events, facts, slices, windows and KPIs. */
export * from './base/errors.js';
export * from './event/event.js';
export * from './fact/fact.js';
export * from './read/kpiValue.js';
export * from './kpi/measure.js';
export * from './kpi/builtinKpis.js';
export * from './aggregate/slice.js';
export * from './store/store.js';
export * from './calendar/windowAssigner.js';
