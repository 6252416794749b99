/**
 * `optionOf` says to ECharts what to draw: the axes, the points, the ghosts of what was before. All text comes from `ShownChart`.
 */
import type { ShownChart } from './chart.js';
import type { ShownPoint } from './shownPoint.js';

/** `ChartInk` are colors that a browser has resolved, and the font. */
export type ChartInk = Readonly<Record<'ink' | 'soft' | 'line' | 'brand' | 'leaf' | 'ghost' | 'bad' | 'card' | 'font', string>>;

/** `ChartTheme`: `width` in pixels; `rough` says a value of the axis; `tip` is the HTML of a point's tooltip. */
export interface ChartTheme {
  readonly ink: ChartInk;
  readonly width: number;
  readonly rough: (value: number) => string;
  readonly tip: (index: number) => string;
}

const FONT_SIZE = 12;

export function optionOf(chart: ShownChart, theme: ChartTheme): Readonly<Record<string, unknown>> {
  const { ink } = theme;
  const frame = {
    // A live bar that moves on its own while the axis has already moved stands on no line for a moment.
    animationDuration: 300, animationDurationUpdate: 0, textStyle: { fontFamily: ink.font, fontSize: FONT_SIZE, color: ink.soft },
    tooltip: tooltipOf(chart, theme),
  };
  return { ...frame, ...(chart.shape === 'heat' ? heatOption(chart, theme) : seriesOption(chart, theme)) };
}

function tooltipOf({ shape }: ShownChart, { ink, tip }: ChartTheme): object {
  return {
    trigger: shape === 'heat' ? 'item' : 'axis', triggerOn: 'mousemove|click', confine: true, transitionDuration: 0.1, backgroundColor: ink.ink, borderWidth: 0, padding: [6, 10],
    textStyle: { color: ink.card, fontSize: 13, fontFamily: ink.font }, axisPointer: { z: 1, type: shape === 'line' ? 'line' : 'shadow', shadowStyle: { color: ink.line, opacity: 0.35 }, lineStyle: { color: ink.soft } },
    formatter: (found: { dataIndex: number } | readonly { dataIndex: number }[]) => tip((Array.isArray(found) ? found[0] as { dataIndex: number } | undefined : found as { dataIndex: number })?.dataIndex ?? 0),
  };
}

function seriesOption(chart: ShownChart, { ink, rough, width }: ChartTheme): object {
  const { points, cap, shape } = chart;
  const isLine = shape === 'line';
  const labels = { color: ink.soft, fontSize: FONT_SIZE };
  return {
    grid: { left: 4, right: 8, top: 14, bottom: 6, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'category', data: points.map(({ label }) => label), boundaryGap: !isLine, axisTick: { show: false }, axisLine: { lineStyle: { color: ink.line }, onZero: true },
      axisLabel: { ...labels, hideOverlap: true, interval: 'auto', onZero: false }, splitLine: { show: false },
    },
    yAxis: {
      type: 'value', splitNumber: width < 480 ? 3 : 4, max: cap.most, min: cap.least, axisLabel: { ...labels, formatter: rough, showMaxLabel: cap.most === undefined ? undefined : false },
      splitLine: { lineStyle: { color: ink.line } },
    },
    series: [isLine ? lineOf(points, ink) : barsOf(points, chart, ink), ...(chart.former === '' ? [] : [ghostOf(points, shape, ink)])],
    ...(isLine && points.some(({ value }) => (value ?? 0) < 0) ? { visualMap: belowZero(ink) } : {}),
  };
}

function barsOf(points: readonly ShownPoint[], { cap }: ShownChart, ink: ChartInk): object {
  const colorOf = ({ value, isNow }: ShownPoint): string => ((value ?? 0) < 0 ? ink.bad : isNow ? ink.brand : ink.leaf);
  const radius = (value: number): number[] => (value < 0 ? [0, 0, 4, 4] : [4, 4, 0, 0]);
  const isBeyond = (value: number): boolean => value > (cap.most ?? Infinity) || value < (cap.least ?? -Infinity);
  return {
    type: 'bar', barMaxWidth: 44, barCategoryGap: '30%', barGap: '-100%', clip: true, z: 2, emphasis: { disabled: true },
    data: points.map((point) => ({
      value: point.value, itemStyle: { color: colorOf(point), borderRadius: radius(point.value ?? 0) },
      ...(isBeyond(point.value ?? 0) ? { value: (point.value ?? 0) > 0 ? cap.most : cap.least, label: { show: true, position: (point.value ?? 0) > 0 ? 'insideTop' : 'insideBottom', formatter: '↕', color: ink.card, fontWeight: 700 } } : {}),
    })),
  };
}

function lineOf(points: readonly ShownPoint[], ink: ChartInk): object {
  return {
    type: 'line', data: points.map(({ value }) => value), symbol: 'circle', symbolSize: 6, showSymbol: points.length < 15, connectNulls: false, clip: true, z: 3,
    lineStyle: { width: 3, cap: 'round', join: 'round' }, color: ink.brand, areaStyle: { color: ink.leaf, opacity: 0.18 },
  };
}

function ghostOf(points: readonly ShownPoint[], shape: ShownChart['shape'], ink: ChartInk): object {
  const data = points.map(({ former }) => former);
  if (shape === 'line') return { type: 'line', data, symbol: 'none', color: ink.ghost, lineStyle: { width: 2, type: 'dashed', color: ink.ghost }, clip: true, z: 2, silent: true };
  return {
    type: 'bar', data, barMaxWidth: 44, clip: true, z: 3, silent: true,
    itemStyle: { color: 'transparent', borderColor: ink.ghost, borderWidth: 1.5, borderType: 'dashed', borderRadius: 4 },
  };
}

function belowZero({ bad, brand }: ChartInk): object {
  return { type: 'piecewise', show: false, dimension: 1, seriesIndex: 0, pieces: [{ lt: 0, color: bad }, { gte: 0, color: brand }] };
}

function heatOption({ points, columns, rows, cap }: ShownChart, { ink, width }: ChartTheme): object {
  const labels = { color: ink.soft, fontSize: FONT_SIZE };
  const axis = { type: 'category', axisTick: { show: false }, axisLine: { show: false }, splitLine: { show: false } };
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  const most = cap.most ?? Math.max(1e-9, ...values);
  return {
    grid: { left: 4, right: 4, top: 6, bottom: 6, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: { ...axis, data: columns, axisLabel: { ...labels, hideOverlap: true, interval: width < 480 ? 'auto' : 0 } },
    yAxis: { ...axis, data: rows, inverse: true, axisLabel: labels },
    visualMap: {
      type: 'piecewise', show: false, dimension: 2,
      pieces: [{ lt: 0, color: ink.bad }, ...shadesOf(most, ink)],
    },
    series: [{ type: 'heatmap', data: points.map(({ place, value }) => [place?.[0], place?.[1], value ?? '-']), itemStyle: { borderColor: ink.card, borderWidth: 2, borderRadius: 4 }, emphasis: { itemStyle: { borderColor: ink.ink } } }],
  };
}

const SHADES = 8;

/** From hardly any color to all of it; what is beyond the last shade has it too. */
function shadesOf(most: number, { card, brand }: ChartInk): object[] {
  return Array.from({ length: SHADES }, (_, index) => ({
    gte: index === 0 ? 0 : (most * index) / SHADES, ...(index === SHADES - 1 ? {} : { lt: (most * (index + 1)) / SHADES }), color: mixed(card, brand, (index + 0.6) / (SHADES - 0.4)),
  }));
}

/** `mixed` of two colors as they stand in a style sheet: `#rgb`, `#rrggbb` or `rgb(r, g, b)`. */
export function mixed(from: string, to: string, share: number): string {
  const [a, b] = [channelsOf(from), channelsOf(to)];
  const parts = [0, 1, 2].map((index) => Math.round((a[index] ?? 0) + ((b[index] ?? 0) - (a[index] ?? 0)) * share));
  return `rgb(${parts.join(', ')})`;
}

function channelsOf(color: string): number[] {
  const [, digits] = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color.trim()) ?? [];
  const hex = digits?.length === 3 ? digits.replace(/./g, '$&$&') : digits;
  if (hex !== undefined) return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}
