/** Where the bars and the ribbons of a flow lie. */

export interface Ribbon {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export interface Bar {
  readonly name: string;
  readonly at: number;
  readonly size: number;
  readonly count: number;
}

export interface Band {
  readonly key: string;
  readonly kind: "moved" | "same";
  /** Where it begins on the left, and on the right. */
  readonly from: number;
  readonly to: number;
  readonly thickness: number;
  readonly text: string;
}

export interface Layout {
  readonly left: readonly Bar[];
  readonly right: readonly Bar[];
  readonly bands: readonly Band[];
  readonly height: number;
}

/** What all counts together take. */
const FULL = 150;
/** So that a handful among millions is seen at all. */
const LEAST = 5;
const GAP = 16;
const MARGIN = 10;

/** Lays out who moves, and who stays. */
export function layOut(ribbons: readonly Ribbon[], same: number, sameName: string): Layout {
  const moving = ribbons.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count);
  const total = moving.reduce((sum, { count }) => sum + count, same);
  const thick = (count: number): number => (count === 0 ? 0 : Math.max(LEAST, (count / Math.max(total, 1)) * FULL));
  const stack = (side: "from" | "to"): { bars: Bar[]; end: number } => {
    let at = MARGIN;
    const bars: Bar[] = [];
    for (const name of new Set(moving.map((one) => one[side]))) {
      const own = moving.filter((one) => one[side] === name);
      const size = own.reduce((sum, { count }) => sum + thick(count), 0);
      bars.push({ name, at, size, count: own.reduce((sum, { count }) => sum + count, 0) });
      at += size + GAP;
    }
    if (same > 0) {
      bars.push({ name: sameName, at, size: thick(same), count: same });
      at += thick(same) + GAP;
    }
    return { bars, end: at - GAP + MARGIN };
  };
  const left = stack("from");
  const right = stack("to");
  const starts = new Map(left.bars.map(({ name, at }) => [name, at]));
  const ends = new Map(right.bars.map(({ name, at }) => [name, at]));
  const take = (places: Map<string, number>, name: string, thickness: number): number => {
    const at = places.get(name) ?? 0;
    places.set(name, at + thickness);
    return at;
  };
  const bands: Band[] = moving.map(({ from, to, count }) => {
    const thickness = thick(count);
    const key = `${from}\0${to}`;
    return {
      key,
      kind: "moved",
      from: take(starts, from, thickness),
      to: take(ends, to, thickness),
      thickness,
      text: `${from} → ${to}: ${count}`,
    };
  });
  if (same > 0) {
    const thickness = thick(same);
    const key = "\0same";
    bands.push({
      key,
      kind: "same",
      from: take(starts, sameName, thickness),
      to: take(ends, sameName, thickness),
      thickness,
      text: `${sameName}: ${same}`,
    });
  }
  return { left: left.bars, right: right.bars, bands, height: Math.max(left.end, right.end) };
}
