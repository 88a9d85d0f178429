/** Who goes from which answer to which, as ribbons whose widths are counts. */

import type { ReactNode } from "react";
import { useWords } from "../i18n";
import { layOut } from "./ribbons";
import type { Ribbon } from "./ribbons";

export type { Ribbon } from "./ribbons";

const WIDTH = 640;
const BAR = 14;
const LEFT = 130;
const RIGHT = WIDTH - 130;

interface Props {
  readonly ribbons: readonly Ribbon[];
  /** How many stay where they are. */
  readonly same: number;
  readonly label: string;
}

/** The outline of a ribbon, from its height on the left to its height on the right. */
function ribbon(from: number, to: number, thickness: number): string {
  const middle = (LEFT + RIGHT) / 2;
  const [start, end] = [LEFT + BAR, RIGHT - BAR];
  const there = `M${start},${from} C${middle},${from} ${middle},${to} ${end},${to}`;
  return `${there} V${to + thickness} C${middle},${to + thickness} ${middle},${from + thickness} ${start},${from + thickness} Z`;
}

export function Flow({ ribbons, same, label }: Props): ReactNode {
  const { t, number } = useWords();
  const { left, right, bands, height } = layOut(ribbons, same, t("impact.same"));
  return (
    <svg className="flow" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={label}>
      {bands.map(({ key, kind, from, to, thickness, text }) => (
        <path
          key={key}
          className={kind}
          d={ribbon(from, to, thickness)}
        >
          <title>{text}</title>
        </path>
      ))}
      {left.map(({ name, at, size, count }) => (
        <g key={name}>
          <rect x={LEFT} y={at} width={BAR} height={size} className="bar" />
          <text x={LEFT - 8} y={at + size / 2} textAnchor="end" dominantBaseline="middle">
            {name} <tspan className="faint">{number(count)}</tspan>
          </text>
        </g>
      ))}
      {right.map(({ name, at, size, count }) => (
        <g key={name}>
          <rect x={RIGHT - BAR} y={at} width={BAR} height={size} className="bar" />
          <text x={RIGHT + 8} y={at + size / 2} dominantBaseline="middle">
            {name} <tspan className="faint">{number(count)}</tspan>
          </text>
        </g>
      ))}
    </svg>
  );
}
