/**
 * The service `nexten`, as a process: `node dist/nexten.js --port PORT`. It listens on the loopback only, and ranks the offers
 * for a candidate at `POST /rank`.
 */

import Fastify from "fastify";
import { parseArgs } from "node:util";
import { nexten, rank } from "./algorithms/index.js";
import { candidateOf } from "./candidate.js";
import { onEnd } from "./ending.js";
import { offers } from "./world.js";

const { values } = parseArgs({ options: { port: { type: "string", default: "4321" } } });
const app = Fastify();
const all = offers();
app.post("/rank", (request) => rank(nexten, candidateOf(request.body), all));
onEnd(() => void app.close());
console.log(await app.listen({ host: "127.0.0.1", port: Number(values.port) }));
