/** `npm run backfill`: runs the backfill over the data folder, and says what it did. */

import { parseArgs } from "node:util";
import { Stores } from "../stores/stores.js";
import { backfill } from "./backfill.js";

const { values } = parseArgs({ options: { data: { type: "string", default: "data" } } });
const stores = new Stores(values.data);
try {
  if (stores.recruiters === null) throw new Error(`${values.data} has no recruiters to copy from`);
  const { documents, offers, copied } = await backfill(stores.recruiters, stores.jobsPartners);
  console.log(`backfill: ${documents} documents, ${offers} offers, ${copied} copied`);
} finally {
  stores.close();
}
