/**
 * What there is: its tables on the SQL side, its document on the other, and how a row becomes a part of a document. The SQL side
 * knows text, decimals, 0 and 1, and times with an offset; a document knows numbers, booleans and times in UTC.
 */

/** A row, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;
/** A document of the new store. */
export type Document = Readonly<Record<string, unknown>> & { readonly _id: string };
/** What an executor hands over: the row of the one store, with its children, or the document of the other. Both have a version. */
export type Kept = (Row & { readonly version: number }) | (Document & { readonly version: number });

type Column = "text" | "integer" | "decimal" | "flag" | "instant";

/** Rows that belong to another one, and are a list in its document. */
export interface Children {
  readonly table: string;
  readonly field: string;
  readonly parent: string;
  /** What tells the children of one parent from each other, and their order. */
  readonly key: string;
  readonly columns: Readonly<Record<string, Column>>;
}

export interface Kind {
  readonly table: string;
  readonly columns: Readonly<Record<string, Column>>;
  readonly children: Children | null;
}

export const KINDS: Readonly<Record<string, Kind>> = {
  categories: { table: "categories", columns: { name: "text", parent_id: "text", active: "flag" }, children: null },
  products: {
    table: "products",
    columns: { sku: "text", name: "text", price: "decimal", active: "flag", created_at: "instant" },
    children: {
      table: "product_categories",
      field: "categories",
      parent: "product_id",
      key: "category_id",
      columns: { category_id: "text", position: "integer" },
    },
  },
  orders: {
    table: "orders",
    columns: {
      ...{ order_number: "text", customer_id: "text", order_date: "instant" },
      ...{ status: "text", paid: "flag", total_amount: "decimal" },
    },
    children: {
      table: "order_items",
      field: "items",
      parent: "order_id",
      key: "line",
      columns: { line: "integer", product_id: "text", quantity: "integer", unit_price: "decimal" },
    },
  },
};

/** What moves together, and the kinds in it. Customers stay where they are for now. */
export const MODULES: Readonly<Record<string, readonly string[]>> = { products: ["categories", "products"], orders: ["orders"] };

/** The module of a name, or an error that says which there are. */
export function moduleNamed(name: string | undefined): { readonly name: string; readonly kinds: readonly string[] } {
  const kinds = name === undefined ? undefined : MODULES[name];
  if (name === undefined || kinds === undefined) {
    throw new Error(`the module: found ${name ?? "nothing"}, expected one of ${Object.keys(MODULES).join(", ")}`);
  }
  return { name, kinds };
}

export function kindNamed(name: string): Kind {
  const kind = KINDS[name];
  if (kind === undefined) throw new Error(`there is nothing of the kind ${name}`);
  return kind;
}

/** Key of an executor, a stream and an outbox: `orders/o-17`. */
export const keyOf = (kind: string, id: string): string => `${kind}/${id}`;

export function partsOf(key: string): { readonly kind: string; readonly id: string } {
  const slash = key.indexOf("/");
  return { kind: key.slice(0, slash), id: key.slice(slash + 1) };
}

const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** A row that no document can be made of. */
export class Untransformable extends Error {
  override readonly name = "Untransformable";
}

function value(table: string, column: string, type: Column, found: unknown): unknown {
  const bad = (expected: string) => new Untransformable(`${table}.${column}: found ${String(found)}, expected ${expected}`);
  if (found === null || found === undefined) return null;
  switch (type) {
    case "text":
      return found;
    case "integer":
    case "decimal": {
      // PostgreSQL's numeric knows NaN and infinity, JSON does not.
      const number = Number(found);
      if (!Number.isFinite(number)) throw bad("a finite number");
      return number;
    }
    case "flag":
      if (found !== 0 && found !== 1) throw bad("0 or 1");
      return found === 1;
    case "instant": {
      const at = new Date(String(found));
      if (Number.isNaN(at.getTime())) throw bad("an instant");
      const micros = /\.\d{3}(\d+)/.exec(String(found))?.[1] ?? "";
      return at.toISOString().replace("Z", `${micros}Z`);
    }
  }
}

/** The fields of a row as a document has them; a null is no field. */
export function fieldsOf(table: string, columns: Readonly<Record<string, Column>>, row: Row): Record<string, unknown> {
  const fields = Object.entries(columns).map(([column, type]) => [camel(column), value(table, column, type, row[column])] as const);
  return Object.fromEntries(fields.filter(([, found]) => found !== null));
}

/** What both stores have, as a document. A row of the SQL side is transformed, as the stream does it. */
export function documentOf(kind: string, kept: Kept): Document & { readonly version: number } {
  if ("_id" in kept) return kept as Document & { version: number };
  const { table, columns, children } = kindNamed(kind);
  const row: Row & { readonly version: number } = kept;
  const document = { _id: String(row["id"]), version: row.version, ...fieldsOf(table, columns, row) };
  if (children === null) return document;
  const rows = (row[children.field] ?? []) as readonly Row[];
  return { ...document, [children.field]: rows.map((child) => fieldsOf(children.table, children.columns, child)) };
}

/** A field of a document as the SQL side writes it. */
export function columnsOf(columns: Readonly<Record<string, Column>>, fields: Row): unknown[] {
  return Object.entries(columns).map(([column, type]) => {
    const found = fields[camel(column)] ?? null;
    return type === "flag" && typeof found === "boolean" ? Number(found) : found;
  });
}
