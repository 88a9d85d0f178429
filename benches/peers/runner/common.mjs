/** The middle one, or the upper one of the two in the middle. */
export const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

/** Says on a terminal what is being done, in place of what was said before. */
export function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
