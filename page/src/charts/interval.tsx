/** A difference and from where to where it may be, beside zero. */

import type { ReactNode } from "react";

interface Props {
  readonly low: number;
  readonly high: number;
  readonly value: number | null;
  /** By how much it may be worse. */
  readonly margin: number | null;
  readonly show: (value: number) => string;
  readonly label: string;
}

const WIDTH = 320;
const MIDDLE = WIDTH / 2;

export function Interval({ low, high, value, margin, show, label }: Props): ReactNode {
  // Zero is in the middle, so that the eye sees on which side the interval lies.
  const reach = Math.max(Math.abs(low), Math.abs(high), Math.abs(margin ?? 0)) * 1.1 || 1;
  const at = (one: number): number => MIDDLE + (one / reach) * (MIDDLE - 8);
  return (
    <svg className="interval" viewBox={`0 0 ${WIDTH} 46`} role="img" aria-label={label}>
      <line x1={MIDDLE} x2={MIDDLE} y1="4" y2="30" className="zero" />
      {margin !== null && <line x1={at(margin)} x2={at(margin)} y1="4" y2="30" className="margin" />}
      <line x1={at(low)} x2={at(high)} y1="17" y2="17" className="range" />
      <line x1={at(low)} x2={at(low)} y1="11" y2="23" className="range" />
      <line x1={at(high)} x2={at(high)} y1="11" y2="23" className="range" />
      {value !== null && <circle cx={at(value)} cy="17" r="4.5" className="value" />}
      <text x="4" y="43">
        {show(-reach)}
      </text>
      <text x={MIDDLE} y="43" textAnchor="middle">
        0
      </text>
      <text x={WIDTH - 4} y="43" textAnchor="end">
        {show(reach)}
      </text>
    </svg>
  );
}
