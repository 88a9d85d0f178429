// The versions that are installed, read from the packages themselves.
import { readFileSync } from "node:fs";

export function versions(...names) {
  return names.map((name) => {
    const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
    return `${name} ${JSON.parse(readFileSync(file, "utf8")).version}`;
  });
}
