/** Metrics, as whoever looks at them from outside reads them. */

/** The samples of a text in the Prometheus format, by name and labels as they stand there. */
export function parseSamples(text: string): Map<string, number> {
  const samples = [...text.matchAll(/^([a-z_]+(?:\{[^}]*\})?) (\S+)$/gm)];
  return new Map(samples.map(([, key = "", value]) => [key, Number(value)]));
}

/** The sum of the samples of a name, of those with a label where one is given. */
export function total(samples: ReadonlyMap<string, number>, name: string, label = ""): number {
  const of = [...samples].filter(([key]) => (key === name || key.startsWith(`${name}{`)) && key.includes(label));
  return of.reduce((sum, [, value]) => sum + value, 0);
}
