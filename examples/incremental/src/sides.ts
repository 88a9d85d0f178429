/** The stores as the executor is given them: how each is read and written, and what its errors mean. */

import { Permanent, Superseded, Transient } from "cutover/migrate";
import type { Side } from "cutover/migrate";
import type { DocumentStore } from "./documents.js";
import { documentOf, partsOf } from "./kinds.js";
import type { Document, Kept } from "./kinds.js";
import type { SqlStore } from "./sql.js";

/** What PostgreSQL refuses whatever is tried: values that do not fit (22, 23), and what may not be done (42). */
const REFUSED = /^(22|23|42)/;
/** No connection was had, so nothing was done. */
const UNREACHABLE = new Set(["ENOENT", "ECONNREFUSED", "57P03", "53300"]);

async function told<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (typeof code !== "string") throw error;
    if (UNREACHABLE.has(code)) throw new Transient(message, { cause: error });
    if (REFUSED.test(code)) throw new Permanent(message, { cause: error });
    throw error;
  }
}

/** One record, by its key. */
export function sqlSide(store: SqlStore): Side<Kept> {
  return {
    read: (key) => told(() => store.get(partsOf(key).kind, partsOf(key).id)),
    write(key, kept, { version, withEntry }) {
      const { kind, id } = partsOf(key);
      return told(() => store.write(kind, id, documentOf(kind, kept), { version: version ?? kept.version, within: withEntry }));
    },
    delete(key, { version, withEntry }) {
      const { kind, id } = partsOf(key);
      return told(() => store.delete(kind, id, { version: version ?? 0, within: withEntry }));
    },
  };
}

export function documentSide(store: DocumentStore): Side<Kept> {
  const put = async (key: string, document: Document | null, version: number): Promise<void> => {
    const { kind, id } = partsOf(key);
    if (!(await store.put(kind, id, document, version))) throw new Superseded(`${key} is newer than ${version}`);
  };
  return {
    async read(key) {
      const { kind, id } = partsOf(key);
      const found = await told(() => store.get(kind, id));
      return found === null || found.document === null ? null : { ...found.document, version: found.version };
    },
    write(key, kept, { version }) {
      const { version: had, ...document } = documentOf(partsOf(key).kind, kept);
      return told(() => put(key, document, version ?? had));
    },
    delete: (key, { version }) => told(() => put(key, null, version ?? 0)),
  };
}

/** The products of a category; the key is the category's. */
export const sqlList = (store: SqlStore, limit: number): Side<Kept[]> => ({
  read: (category) => told(() => store.inCategory(category, limit)),
});

export const documentList = (store: DocumentStore, limit: number): Side<Kept[]> => ({
  async read(category) {
    const found = await told(() => store.find("products", { categories: [{ categoryId: category }] }, limit));
    return found.map(({ document, version }) => ({ ...document, version }));
  },
});
