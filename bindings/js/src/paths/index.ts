/** `cutover/paths`: a path table as a middleware that proxies, for Express, Connect and Fastify. */

export type { FastifyPlugin } from "./fastify.js";
export type { Next, PathFailure, PathFinder, PathHandler, PathRouterOptions, PathService } from "./options.js";
export type { PathRouter, Routed } from "./router.js";
export { pathRouter } from "./router.js";
