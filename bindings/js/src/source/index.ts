/** `cutover/source`: where rulesets come from while a process runs. */

export { SourceError } from "./options.js";
export type {
  ArmCounts,
  Changed,
  EnvironmentOptions,
  FileOptions,
  HttpOptions,
  NodeCounts,
  Ready,
  RedisOptions,
  RemoteOptions,
  SourceErrorCode,
  SourceEvents,
  SourceOptions,
  Stale,
} from "./options.js";
export { Source } from "./source.js";
