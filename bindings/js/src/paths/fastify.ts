/** The router as a plugin of Fastify, whose types are said as far as they are used. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Exchange } from "./router.js";

type Done = (error?: Error) => void;
type Hook = (request: { raw: IncomingMessage }, reply: { raw: ServerResponse; hijack(): unknown }, done: Done) => void;

/** A plugin that is not kept to a context of its own: it routes for the instance that registers it. */
export type FastifyPlugin = (
  instance: { addHook(name: "onRequest", hook: Hook): unknown },
  options: object,
  done: Done,
) => void;

/** Routes in the hook `onRequest`: before bodies are read, and for targets that Fastify has no route for. */
export function fastifyPlugin(route: (exchange: Exchange) => void): FastifyPlugin {
  const plugin: FastifyPlugin = (instance, _options, done) => {
    instance.addHook("onRequest", (request, reply, proceed) => {
      let isTaken = false;
      route({
        request: request.raw,
        response: reply.raw,
        takeOver() {
          if (!isTaken) reply.hijack();
          isTaken = true;
        },
        next: (error) => proceed(error === undefined ? undefined : error instanceof Error ? error : new Error(String(error))),
      });
    });
    done();
  };
  const marks = { [Symbol.for("skip-override")]: true, [Symbol.for("fastify.display-name")]: "cutover-paths" };
  return Object.assign(plugin, marks);
}
