// A user of `cutover/source`, compiled in the strictest way and then run, as ES modules and as CommonJS.
import { Engine } from "cutover";
import { Migration } from "cutover/migrate";
import { Source, SourceError } from "cutover/source";
import type { Changed, HttpOptions, SourceErrorCode } from "cutover/source";

const options: HttpOptions = { url: "http://127.0.0.1:9", env: "production", fallback: Engine.fromString("cutover: 1") };
const remote = Source.http(options);
const codes: SourceErrorCode[] = [];
const stop: () => void = remote.on("error", ({ code }) => codes.push(code));
remote.on("changed", ({ epoch, flags }: Changed) => console.log(epoch, flags.length));

async function main(): Promise<void> {
  try {
    await remote.ready(50);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    codes.push(error.code);
  }
  stop();
  await remote.close();
  const source = Source.environment({ variables: { USE_JOBS_PARTNERS_READ: "true" } });
  await source.ready();
  const side = { read: () => null, write: () => undefined, delete: () => undefined };
  const recruiters = new Migration<object>(source, "recruiters", { old: side, new: side, warn: () => undefined });
  await recruiters.read("r-1");
  await source.close();
  console.log(remote.engine.decide("none", {}).reason, recruiters.route().phase, codes.includes("no_ruleset"), source.oldestOpen);
}

void main();
