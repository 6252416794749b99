/**
 * `openDrawing` is the charting library in an element: only the parts of ECharts that are drawn with, as SVG. Imported when a chart is first shown.
 */
import { BarChart, HeatmapChart, LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent, VisualMapPiecewiseComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, HeatmapChart, GridComponent, TooltipComponent, VisualMapPiecewiseComponent, SVGRenderer]);

/** `Drawing` of one chart. */
export interface Drawing {
  draw(option: Readonly<Record<string, unknown>>): void;
  /** Shows the tooltip of a point, or hides it. */
  point(index: number | undefined): void;
  resize(): void;
  close(): void;
}

export function openDrawing(element: unknown): Drawing {
  const chart = init(element as never, null, { renderer: 'svg' });
  return {
    draw: (option) => { chart.setOption(option, { notMerge: true }); },
    point: (index) => { chart.dispatchAction(index === undefined ? { type: 'hideTip' } : { type: 'showTip', seriesIndex: 0, dataIndex: index }); },
    resize: () => { chart.resize(); },
    close: () => { chart.dispose(); },
  };
}
