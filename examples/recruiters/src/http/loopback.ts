/**
 * The guard of the operator's endpoints: only this machine may use them, and only on purpose.
 *
 * A peer on the loopback interface is not enough, since a browser on this machine sends what any page tells it to.
 * So the host asked for must be the loopback too (a rebound name is not), and an origin, where a browser states one,
 * must be this server's own.
 */

import type { FastifyReply, FastifyRequest } from "fastify";

const PEERS = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);
const HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);

export async function onlyFromHere(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const { host = "", origin } = request.headers;
  const peer = request.socket.remoteAddress ?? "";
  const own = origin === undefined || origin === `http://${host}`;
  if (PEERS.has(peer) && HOSTS.has(host.replace(/:\d+$/, "")) && own) return undefined;
  return reply.code(403).send({ error: "forbidden", message: "operators use this from the server's own machine" });
}
