/**
 * Where in a document somebody is typing: the path, whether a key or a value stands there, and what has been typed of it.
 * The document is being written, so that it is rarely whole; what matters is what stands before the place.
 */

import type { Path } from "./schema";

export interface Place {
  readonly path: Path;
  /** A key of the object at `path`, or the value at `path`. */
  readonly kind: "key" | "value";
  /** Where the word begins. */
  readonly from: number;
  readonly word: string;
  /** The keys that the object has already, as far as they stand before. */
  readonly taken: readonly string[];
}

interface Open {
  readonly bracket: "{" | "[";
  key: string | null;
  index: number;
  readonly keys: string[];
}

/** Reads brackets, as JSON and YAML's flow style have them, up to the end of `text`. */
function flow(text: string, base: number, bare: boolean): Place | null {
  const stack: Open[] = [];
  let token = "";
  let from = 0;
  let value = false;
  let index = 0;
  while (index < text.length) {
    const char = text[index] ?? "";
    const top = stack.at(-1);
    if (char === '"' || (bare && char === "'" && token === "")) {
      const end = closing(text, index, char);
      if (end === -1) {
        // Somebody is typing inside of quotes.
        token = text.slice(index + 1);
        from = index + 1;
        index = text.length;
        break;
      }
      token = text.slice(index + 1, end);
      from = index;
      index = end + 1;
      continue;
    }
    if (char === "{" || char === "[") {
      stack.push({ bracket: char, key: null, index: 0, keys: [] });
      [token, value] = ["", char === "["];
    } else if (char === "}" || char === "]") {
      stack.pop();
      // What was opened is closed again, and whatever comes after is no part of it.
      if (stack.length === 0) return null;
      [token, value] = ["", true];
    } else if (char === ":" && top?.bracket === "{" && !value) {
      top.key = token.trim();
      top.keys.push(top.key);
      [token, value] = ["", true];
    } else if (char === "," && top !== undefined) {
      if (top.bracket === "[") top.index += 1;
      else top.key = null;
      [token, value] = ["", top.bracket === "["];
    } else if (bare && char === "#" && /\s/.test(text[index - 1] ?? " ")) {
      const end = text.indexOf("\n", index);
      if (end === -1) return null;
      index = end;
    } else if (token !== "" || !/\s/.test(char)) {
      if (token === "") from = index;
      token += char;
    }
    index += 1;
  }
  const top = stack.at(-1);
  if (top === undefined) return null;
  const inside = stack.slice(0, -1).flatMap(partOf);
  const place = { from: base + (token === "" ? text.length : from), word: token, taken: top.keys };
  if (top.bracket === "[") return { ...place, path: [...inside, top.index], kind: "value" };
  if (value && top.key !== null) return { ...place, path: [...inside, top.key], kind: "value" };
  return { ...place, path: inside, kind: "key" };
}

function partOf({ bracket, key, index }: Open): Path {
  if (bracket === "[") return [index];
  return key === null ? [] : [key];
}

function closing(text: string, start: number, quote: string): number {
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === "\\" && quote === '"') index += 1;
    else if (text[index] === quote) return index;
  }
  return -1;
}

interface Line {
  /** The column at which the key stands, behind the dashes of lists. */
  readonly column: number;
  /** The columns of the dashes. */
  readonly dashes: readonly number[];
  readonly key: string | null;
  readonly rest: string;
  /** The column at which `rest` begins. */
  readonly at: number;
}

function lineOf(text: string): Line | null {
  if (/^\s*(#|$)/.test(text)) return null;
  const dashes: number[] = [];
  let column = text.search(/\S/);
  while (/^-(\s|$)/.test(text.slice(column))) {
    dashes.push(column);
    const next = text.slice(column + 1).search(/\S/);
    column = next === -1 ? text.length : column + 1 + next;
  }
  const match = /^("[^"]*"|'[^']*'|[^\s"'#[{][^:#]*?)\s*:(?=\s|$)/.exec(text.slice(column));
  if (match === null) return { column, dashes, key: null, rest: text.slice(column), at: column };
  const at = column + match[0].length;
  return { column, dashes, key: (match[1] ?? "").replace(/^["']|["']$/g, ""), rest: text.slice(at), at };
}

/** The path of the block that a line of YAML stands in, and the keys beside it. */
function block(lines: readonly string[], column: number, dashes: readonly number[]): { path: Path; taken: string[] } {
  const path: (string | number)[] = [];
  const taken: string[] = [];
  let limit = column;
  // The dashes of the line itself, the innermost first: each is an item of what stands above.
  const own = [...dashes];
  const items: number[] = [];
  const openItem = (at: number): void => {
    path.unshift(0);
    items.push(at);
    limit = at;
  };
  while (own.length > 0) openItem(own.pop() ?? 0);
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lineOf(lines[index] ?? "");
    if (line === null) continue;
    const dash = line.dashes[0];
    const listed = items.at(-1);
    if (listed !== undefined && dash === listed && limit === listed) {
      // An earlier item of the same list.
      path[0] = (path[0] as number) + 1;
      continue;
    }
    if (items.length === 0 && line.column === limit && line.key !== null) taken.push(line.key);
    if (dash !== undefined && line.column === limit && dash < limit) {
      // The item that this block is in begins on this line.
      for (const at of line.dashes.toReversed()) openItem(at);
      continue;
    }
    if (line.key !== null && (line.column < limit || (listed === limit && line.column === limit))) {
      path.unshift(line.key);
      limit = line.column;
      items.length = 0;
      for (const at of line.dashes.toReversed()) openItem(at);
    }
    if (limit === 0 && items.length === 0) break;
  }
  return { path, taken };
}

/** Where `offset` is in a text of YAML or JSON; null where nothing can be proposed, such as in a comment. */
export function placeAt(text: string, offset: number): Place | null {
  const before = text.slice(0, offset);
  if (/^\s*[{[]/.test(text)) return flow(before, 0, false);
  const lines = before.split("\n");
  if (/(^|\s)#[^"']*$/.test(lines.at(-1) ?? "")) return null;
  // Brackets may be open since an earlier line: the first that are still open are where the flow style begins.
  let from = 0;
  for (const [index, text] of lines.entries()) {
    const line = lineOf(text);
    if (line !== null && /^\s*[{[]/.test(line.rest)) {
      const found = flow(before.slice(from + line.at), from + line.at, true);
      if (found !== null) {
        const outer = block(lines.slice(0, index), line.column, line.dashes);
        return { ...found, path: [...outer.path, ...(line.key === null ? [] : [line.key]), ...found.path] };
      }
    }
    from += text.length + 1;
  }
  const last = lines.at(-1) ?? "";
  const line = lineOf(last) ?? { column: last.length, dashes: [], key: null, rest: "", at: last.length };
  const { path, taken } = block(lines.slice(0, -1), line.column, line.dashes);
  if (line.key === null) return { path, taken, kind: "key", from: offset - line.rest.length, word: line.rest };
  const word = line.rest.trimStart();
  return { path: [...path, line.key], taken: [], kind: "value", from: offset - word.length, word };
}
