/** Lines over time, with bands for intervals. What a chart shows is also said in a table beside it. */

import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useWords } from "../i18n";

export interface Line {
  readonly label: string;
  /** A custom property of the page, such as `--new`. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly stepped?: boolean;
  readonly dashed?: boolean;
}

interface Props {
  /** Milliseconds since the epoch, rising. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  /** The numbers of two lines between which the space is filled. */
  readonly band?: readonly [upper: number, lower: number];
  readonly show: (value: number) => string;
  readonly range?: readonly [number, number];
  /** What a time is called; without it, its date or its hour. */
  readonly when?: (ms: number) => string;
  readonly label: string;
  readonly height?: number;
}

export function Chart({ times, lines, band, show, range, when, label, height = 220 }: Props): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  const { language } = useWords();
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--faint"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line"), width: 1 },
      font: "12px system-ui",
    };
    const dates = new Intl.DateTimeFormat(language, { month: "short", day: "numeric" });
    const hours = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
    const seconds = new Intl.DateTimeFormat(language, { minute: "2-digit", second: "2-digit" });
    const called = (step: number): Intl.DateTimeFormat => (step >= 86_400 ? dates : step >= 60 ? hours : seconds);
    const options: uPlot.Options = {
      width: Math.max(element.clientWidth, 200),
      height,
      cursor: { drag: { x: true, y: false } },
      legend: { show: false },
      scales: { x: { time: true }, y: range === undefined ? {} : { range: [...range] as [number, number] } },
      axes: [
        {
          ...axis,
          values: (_, splits, __, ___, step) =>
            splits.map((at) => (when === undefined ? called(step).format(at * 1000) : when(at * 1000))),
        },
        { ...axis, size: 64, values: (_, splits) => splits.map(show) },
      ],
      series: [
        {},
        ...lines.map((line): uPlot.Series => ({
          label: line.label,
          stroke: colour(line.colour),
          width: 2,
          ...(line.dashed ? { dash: [5, 4] } : {}),
          ...(line.stepped ? { paths: uPlot.paths.stepped?.({ align: 1 }) as uPlot.Series.PathBuilder } : {}),
          points: { show: times.length < 3 },
        })),
      ],
      ...(band === undefined
        ? {}
        : { bands: [{ series: [band[0] + 1, band[1] + 1] as [number, number], fill: colour("--band") }] }),
    };
    const data = [times.map((at) => at / 1000), ...lines.map(({ values }) => [...values])] as uPlot.AlignedData;
    const plot = new uPlot(options, data, element);
    const sized = new ResizeObserver(() => plot.setSize({ width: Math.max(element.clientWidth, 200), height }));
    sized.observe(element);
    return () => {
      sized.disconnect();
      plot.destroy();
    };
  }, [times, lines, band, show, range, when, height, scheme, language]);
  return (
    <figure className="chart">
      <div ref={host} role="img" aria-label={label} />
      <figcaption>
        {lines.map((line) => (
          <span key={line.label} className="key" data-colour={line.colour} data-dashed={line.dashed || undefined}>
            {line.label}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
