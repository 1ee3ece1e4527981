import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

/** The line's colour follows the theme. */
function colour(name: string) {
  return (plot: uPlot) => getComputedStyle(plot.root).getPropertyValue(name);
}

/** A minute of one figure; with axes where there is room for them. Its values stand beside it as text, so it is hidden from readers. */
export function Sparkline({
  values,
  width,
  height,
  axes = false,
}: {
  readonly values: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly axes?: boolean;
}) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  useEffect(() => {
    if (holder.current === null) return undefined;
    const shape: uPlot.Axis = {
      stroke: colour("--muted"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
    };
    const options: uPlot.Options = {
      width,
      height,
      legend: { show: false },
      cursor: { show: false },
      padding: axes ? [8, 8, 0, 0] : [2, 0, 2, 0],
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(1, most)] } },
      axes: axes
        ? [
            { ...shape, values: (_, splits) => splits.map((each) => `${each} s`) },
            { ...shape, size: 44 },
          ]
        : [{ show: false }, { show: false }],
      series: [{}, { stroke: colour("--accent"), fill: colour("--accent-soft"), width: 1.5, points: { show: false } }],
    };
    const made = new uPlot(options, dataOf(values), holder.current);
    plot.current = made;
    return () => made.destroy();
  }, [width, height, axes]);
  useEffect(() => plot.current?.setData(dataOf(values)), [values]);
  return <div class="sparkline" ref={holder} aria-hidden="true" />;
}

/** Seconds before now, and the values. */
function dataOf(values: readonly number[]): uPlot.AlignedData {
  return [values.map((_, index) => index + 1 - values.length), [...values]];
}
