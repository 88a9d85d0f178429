/** Customers who go on while the shop moves: they read and write by the gateway, and keep a ledger of what was acknowledged. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Shop } from "./support.js";

type Record_ = Record<string, unknown>;

export class Customers {
  readonly #shop: Shop;
  readonly #module: "products" | "orders";
  /** What was acknowledged last, by id; null where it was deleted. */
  readonly acknowledged = new Map<string, Record_ | null>();
  readonly #refused: string[] = [];
  reads = 0;
  writes = 0;
  longestMs = 0;
  #going = true;
  readonly #over: Promise<unknown>;

  constructor(shop: Shop, module: "products" | "orders", count = 2) {
    this.#shop = shop;
    this.#module = module;
    this.#over = Promise.all(Array.from({ length: count }, (_, number) => this.#customer(number)));
  }

  /** What was not answered as it should have been. */
  get refused(): readonly string[] {
    return this.#refused;
  }

  async stop(): Promise<void> {
    this.#going = false;
    await this.#over;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Each customer has ids of its own, so that what was acknowledged last is known. */
  async #customer(number: number): Promise<void> {
    const mine: string[] = [];
    for (let turn = 0; this.#going; turn += 1) {
      const id = turn % 4 === 0 ? `${this.#module[0]}-new-${number}-${turn}` : (mine[turn % mine.length] ?? "");
      if (turn % 4 === 0) {
        mine.push(id);
        await this.#write("PUT", id, this.#made(id, turn));
      } else if (turn % 41 === 0) await this.#write("DELETE", id);
      else if (this.acknowledged.get(id) !== null) await this.#write("PATCH", id, this.#changed(turn));
      await this.#read(`/api/${this.#module}/${this.#module[0]}-${(turn % 90) + 1}`, number);
      if (this.#module === "products") await this.#read(`/api/products?category=c-${(turn % 10) + 1}`, number);
      await sleep(30);
    }
  }

  async #write(method: "PUT" | "PATCH" | "DELETE", id: string, body?: Record_): Promise<void> {
    const began = Date.now();
    const { status, body: said } = await this.#shop.ask(method, `/api/${this.#module}/${id}`, body);
    this.longestMs = Math.max(this.longestMs, Date.now() - began);
    this.writes += 1;
    if (status >= 300) return void this.#refused.push(`${method} ${id}: ${status} ${JSON.stringify(said)}`);
    this.acknowledged.set(id, method === "DELETE" ? null : { ...this.acknowledged.get(id), ...body });
  }

  async #read(path: string, number: number): Promise<void> {
    const { status } = await this.#shop.ask("GET", path, undefined, { "x-user-id": `user_${number}` });
    this.reads += 1;
    if (status !== 200) this.#refused.push(`GET ${path}: ${status}`);
  }

  #made(id: string, turn: number): Record_ {
    if (this.#module === "products") {
      const categories = [{ categoryId: `c-${(turn % 10) + 1}`, position: 1 }];
      return { sku: id, name: `New ${turn}`, price: 9.99, active: true, createdAt: "2024-06-01T10:00:00.000Z", categories };
    }
    const items = [1, 2].map((line) => ({ line, productId: `p-${line}`, quantity: line, unitPrice: 4.5 }));
    const [orderNumber, customerId, orderDate] = [id, "user_7", "2024-06-01T10:00:00.000Z"];
    return { orderNumber, customerId, orderDate, status: "new", paid: false, totalAmount: 13.5, items };
  }

  #changed(turn: number): Record_ {
    if (this.#module === "products") return { price: (turn % 500) / 4, active: turn % 3 > 0 };
    return { status: turn % 2 === 0 ? "packed" : "sent", paid: true, totalAmount: (turn % 500) / 4 };
  }

  /** What the store has not as it was acknowledged. */
  async lost(): Promise<string[]> {
    const { rows } = await this.#shop.documents.query<{ id: string; document: Record_ | null }>(
      "SELECT id, document FROM documents WHERE collection = $1",
      [this.#module],
    );
    const there = new Map(rows.map(({ id, document }) => [id, document]));
    const lost: string[] = [];
    for (const [id, record] of this.acknowledged) {
      const found = there.get(id) ?? null;
      const same = (name: string, value: unknown) => JSON.stringify(sorted(found?.[name])) === JSON.stringify(sorted(value));
      const differs = Object.entries(record ?? {}).find(([name, value]) => !same(name, value));
      if (record === null ? found !== null : found === null || differs !== undefined) lost.push(`${id}: ${String(differs)}`);
    }
    return lost;
  }
}

/** JSONB has an order of keys of its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, found]) => [key, sorted(found)]));
}

/** The shop's nightly tool, which writes rows by itself: single lines and columns, without a version. */
export class Tool {
  readonly #over: Promise<void>;
  #going = true;
  writes = 0;
  /** Once the rows are read-only for the shop. */
  refused = 0;

  constructor(shop: Shop, statements: readonly string[]) {
    this.#over = (async () => {
      for (let turn = 0; this.#going; turn += 1) {
        try {
          const statement = statements[turn % statements.length] as string;
          await shop.tool.query(statement.replaceAll("$N", String((turn % 90) + 61)).replaceAll("$T", String(turn)));
          this.writes += 1;
        } catch (error) {
          if (!/permission denied|does not exist/.test((error as Error).message)) throw error;
          this.refused += 1;
        }
        await sleep(40);
      }
    })();
  }

  async stop(): Promise<void> {
    this.#going = false;
    await this.#over;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
