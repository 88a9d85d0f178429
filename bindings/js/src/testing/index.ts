/** `cutover/testing`: an engine in memory for the tests of code that decides. */

export { testEngine } from "./engine.js";
export { engineFixture } from "./fixture.js";
export type { Fixture } from "./fixture.js";
export type {
  Asked,
  AskedFlag,
  AskedMigration,
  Expected,
  MigrationOverride,
  TestEngine,
  TestEngineOptions,
} from "./options.js";
