/**
 * From rows to documents: what a transaction has done to the rows of one order, or one product, becomes one change of its document.
 */

import type { Change, Current, Target } from "cutover/migrate";
import { Permanent, Superseded } from "cutover/migrate";
import type { DocumentStore } from "../documents.js";
import { fieldsOf, keyOf, KINDS, partsOf, Untransformable } from "../kinds.js";
import type { Children, Document, Kind, Row } from "../kinds.js";
import type { Message } from "./envelope.js";

/** What becomes of a document: its own fields, and the children that changed, null for those that are gone. */
export interface Patch {
  readonly fields: Row;
  readonly children: readonly (readonly [key: string, child: Row | null])[];
  /** All of it, and not only what changed. */
  readonly whole: boolean;
}

/** The change as it is kept with a dead letter: the rows say more than the patch that could not be made of them. */
export interface Told {
  readonly patch: Patch | null;
  readonly messages: readonly Message[];
  readonly problem: string | null;
}

const CHILDREN = new Map<string, { readonly kind: string; readonly children: Children }>(
  Object.entries(KINDS).flatMap(([kind, { children }]) => (children === null ? [] : [[children.table, { kind, children }] as const])),
);

/** The rows of one transaction by the record that they are of, in the order of the first. Others are left out: heartbeats. */
export function byRecord(messages: readonly Message[]): Map<string, Message[]> {
  const found = new Map<string, Message[]>();
  for (const message of messages) {
    const { value } = message;
    if (value === null) continue;
    const { table } = value.source;
    const row = (value.after ?? value.before) as Row;
    const child = CHILDREN.get(table);
    const key = child !== undefined ? keyOf(child.kind, String(row[child.children.parent])) : keyOf(table, String(row["id"]));
    if (child === undefined && !(table in KINDS)) continue;
    found.set(key, [...(found.get(key) ?? []), message]);
  }
  return found;
}

/** The change that the rows of one record come to. What no document can be made of is not readable. */
export function changeOf(offset: number, key: string, messages: readonly Message[]): Change<Told> {
  const kind = KINDS[partsOf(key).kind] as Kind;
  const own = messages.filter(({ value }) => value?.source.table === kind.table).at(-1)?.value ?? null;
  if (own === null) return { offset, key, readable: false, record: { patch: null, messages, problem: "a part without its whole" } };
  const row = (own.after ?? own.before) as Row;
  const version = Number(row["version"]);
  if (own.op === "d") return { offset, op: "d", key, version, record: { patch: null, messages, problem: null } };
  const created = messages.some(({ value }) => value?.source.table === kind.table && value.op === "c");
  try {
    const patch: Patch = {
      fields: fieldsOf(kind.table, kind.columns, row),
      children: own.op === "r" ? nested(kind.children, row) : children(kind.children, messages),
      whole: created || own.op === "r",
    };
    return { offset, op: created ? "c" : own.op, key, version, record: { patch, messages, problem: null } };
  } catch (error) {
    if (!(error instanceof Untransformable)) throw error;
    return { offset, op: own.op, key, version, readable: false, record: { patch: null, messages, problem: error.message } };
  }
}

function children(of: Children | null, messages: readonly Message[]): Patch["children"] {
  if (of === null) return [];
  const changed = new Map<string, Row | null>();
  for (const { value } of messages) {
    if (value?.source.table !== of.table) continue;
    if (value.before !== null) changed.set(String(value.before[of.key]), null);
    if (value.after !== null) changed.set(String(value.after[of.key]), fieldsOf(of.table, of.columns, value.after));
  }
  return [...changed];
}

/** The children of a row that a snapshot has read with them. */
function nested(of: Children | null, row: Row): Patch["children"] {
  if (of === null) return [];
  return (row[of.field] as readonly Row[]).map((child) => [String(child[of.key]), fieldsOf(of.table, of.columns, child)] as const);
}

/** The document store, as a consumer applies changes to it. */
export function target(documents: DocumentStore): Target<Told> {
  return {
    async current(key): Promise<Current> {
      const { kind, id } = partsOf(key);
      const found = await documents.get(kind, id);
      if (found === null) return "none";
      return found.document === null ? { tombstone: found.version } : { version: found.version };
    },
    async write(key, { patch }, version) {
      if (patch === null) throw new Permanent("there is nothing to write");
      const { kind, id } = partsOf(key);
      const document = patched(kind, id, patch, patch.whole ? null : ((await documents.get(kind, id))?.document ?? undefined));
      if (!(await documents.put(kind, id, document, version))) throw new Superseded(`${key} is newer than ${version}`);
    },
    async delete(key, version) {
      const { kind, id } = partsOf(key);
      if (!(await documents.put(kind, id, null, version))) throw new Superseded(`${key} is newer than ${version}`);
    },
  };
}

/** @param before what the patch is of: nothing, or what the store has; undefined where it has nothing and there should be something. */
function patched(kind: string, id: string, { fields, children }: Patch, before: Document | null | undefined): Document {
  const of = KINDS[kind]?.children ?? null;
  if (of === null) return { _id: id, ...fields };
  if (before === undefined) throw new Permanent(`${kind}/${id} changed in part, and is not here`);
  const key = of.key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const there = ((before?.[of.field] ?? []) as readonly Row[]).map((child) => [String(child[key]), child] as const);
  const merged = new Map<string, Row | null>([...there, ...children]);
  const left = [...merged.values()].filter((child) => child !== null);
  // Lines are numbers, and categories texts: in the order in which SQL has them.
  return { _id: id, ...fields, [of.field]: left.toSorted((a, b) => ((a[key] as number) < (b[key] as number) ? -1 : 1)) };
}
