/** The walk through the phases: 1, 2, 3a, 3b, an emergency in it, and 4. */

import { Child } from "../processes.js";
import type { Check } from "./checks.js";
import { differing, equal } from "./checks.js";
import { editOnwards, editTitles, giveUp, readAll, someLiving, updateAll, whileRecruitersIsLocked } from "./hazards.js";
import { readAndJudge, writeAndEnter } from "./load.js";
import { NEW, OLD, offersInFile } from "./measure.js";
import type { StoreName } from "./measure.js";
import * as report from "./report.js";
import { load, stage } from "./stage.js";
import type { Walk } from "./stage.js";

const OFF = {
  USE_JOBS_PARTNERS_READ: false,
  USE_JOBS_PARTNERS_WRITE: false,
  KEEP_RECRUITERS_BACKUP: false,
  FORCE_RECRUITERS_FALLBACK: false,
};
const PHASE_2 = { ...OFF, USE_JOBS_PARTNERS_READ: true };
const PHASE_3A = { ...PHASE_2, USE_JOBS_PARTNERS_WRITE: true, KEEP_RECRUITERS_BACKUP: true };
const PHASE_3B = { ...PHASE_3A, KEEP_RECRUITERS_BACKUP: false };

/** The offers that differ between a store's file and the ledger. */
function differences({ folder, ledger }: Walk, store: StoreName): Set<string> {
  return differing(offersInFile(folder, store) ?? new Map(), ledger.living);
}

function whole(walk: Walk, store: StoreName): Check {
  return equal(`${store} holds what was acknowledged`, [...differences(walk, store)].slice(0, 3), []);
}

/** The checklist's own number: as many offers in the documents as rows of this partner. */
async function countsAgree({ client }: Walk): Promise<Check> {
  const counts = await client.counts();
  return equal("count recruiters.jobs == count jobs_partners", counts.jobs_partners.offers, counts.recruiters?.offers);
}

async function inconsistencies({ client }: Walk, expected: number): Promise<Check> {
  return equal("offers that differ between the stores", (await client.verify()).inconsistencies, expected);
}

export async function phase1(walk: Walk): Promise<void> {
  await stage(walk, {
    name: "Phase 1: sync",
    switches: OFF,
    act: async (result) => {
      // The sample is older than the change log, so only the backfill can copy it. It runs beside the load.
      const backfill = new Child("stream/backfill-main.js", { data: walk.folder });
      const [said, code] = await Promise.all([backfill.firstLine(), backfill.end(), load(walk, result)]);
      report.field("backfill", code === 0 ? said.replace("backfill: ", "") : `failed with ${code}`);
    },
    afterwards: async () => ({
      checks: [whole(walk, OLD), whole(walk, NEW), await countsAgree(walk), await inconsistencies(walk, 0)],
    }),
  });
}

export async function phase2(walk: Walk): Promise<void> {
  let probed = 0;
  await stage(walk, {
    name: "Phase 2: dual read",
    switches: PHASE_2,
    act: async (result) => {
      // A write, and a read of the same at once: inside the lag of the stream.
      for (const id of someLiving(walk, 0, 5)) {
        await writeAndEnter(walk.client, walk.ledger, { update: id, text: "Relue aussitôt" }, result);
        if ((await readAndJudge(walk.client, walk.ledger, id, result)) === "stale") probed += 1;
      }
      await load(walk, result);
    },
    afterwards: async (result) => {
      const { stale, undead, missing } = result.verdicts;
      report.field("", `written and read at once: ${probed} of 5 came back old`);
      return {
        checks: [
          equal("the hazard stale_read was seen", stale > 0, true),
          equal("nothing that was created is missing: the fallback finds it", missing, 0),
          equal("every stale read is an older state", stale + undead > 0, true),
          whole(walk, OLD),
          whole(walk, NEW),
          await countsAgree(walk),
          await inconsistencies(walk, 0),
        ],
      };
    },
  });
}

export async function phase3a(walk: Walk): Promise<void> {
  // The cut that nobody should make: without waiting for the stream.
  const cut = someLiving(walk, 5, 5);
  await editTitles(walk, cut);
  let lost = 0;
  let left: string[] = [];
  await stage(walk, {
    name: "Phase 3a: direct write, with backup",
    switches: PHASE_3A,
    act: async (result) => {
      lost = await editOnwards(walk, cut, result);
      await load(walk, result);
      const unbacked = someLiving(walk, 20, 4);
      await whileRecruitersIsLocked(walk, () => updateAll(walk, unbacked, "Pendant la panne de recruiters", result));
      await updateAll(walk, unbacked.slice(0, 2), "Après la panne", result);
      left = unbacked.slice(2).toSorted();
      report.field(
        "backup",
        `${unbacked.length} writes while recruiters is locked: acknowledged, and their copies failed`,
      );
      report.field("", `${left.length} of them have no later write that repairs their copy`);
    },
    afterwards: async () => {
      const behind = [...differences(walk, OLD)].toSorted();
      report.cost("cut", lost, `of ${cut.length} edits made inside the lag before the cut are lost for good`);
      return {
        checks: [
          whole(walk, NEW),
          equal("recruiters lacks the writes whose backup failed, and no others", behind, left),
          await inconsistencies(walk, left.length),
          equal("a store in use cannot be removed", await walk.client.removeStore(OLD), 409),
        ],
        lost,
      };
    },
  });
}

export async function phase3b(walk: Walk): Promise<void> {
  const before = differences(walk, OLD);
  walk.ledger.mark();
  await stage(walk, {
    name: "Phase 3b: direct write, without backup",
    switches: PHASE_3B,
    act: (result) => load(walk, result),
    afterwards: async () => {
      const behind = differences(walk, OLD);
      const explained = [...behind].filter((id) => walk.ledger.touched.has(id) || before.has(id));
      report.field("recruiters", `${behind.size} offers differ from what was acknowledged, and nothing will tell it`);
      return {
        checks: [
          whole(walk, NEW),
          equal("every difference is a write of this phase", explained.length, behind.size),
          await inconsistencies(walk, behind.size),
        ],
      };
    },
  });
}

export async function emergency(walk: Walk): Promise<void> {
  const { client, ledger } = walk;
  const outOfSight = differences(walk, OLD);
  let unseen: string[] = [];
  const made: string[] = [];
  await stage(walk, {
    name: "Emergency in phase 3b",
    switches: { FORCE_RECRUITERS_FALLBACK: true },
    act: async (result) => {
      unseen = await readAll(walk, ledger.ids, result);
      const living = [...ledger.living.keys()];
      const known = living.filter((id) => !outOfSight.has(id)).slice(0, 8);
      const kept = offersInFile(walk.folder, OLD);
      const unknown = living.filter((id) => kept?.has(id) === false).slice(0, 3);
      const edits = [...known, ...unknown].map((update) => ({ update, text: "Pendant l'urgence" }));
      const creations = Array.from({ length: 8 }, (_, nth) => ({ create: 900_000 + nth }));
      for (const write of [...edits, ...creations]) {
        const written = await writeAndEnter(client, ledger, write, result);
        if (written !== null) made.push(written);
      }
    },
    afterwards: async () => {
      report.cost("unseen", unseen.length, "offers are not as they were acknowledged as long as the emergency lasts");
      return { checks: [equal("exactly what recruiters lacks is out of sight", new Set(unseen), outOfSight)] };
    },
  });
  await stage(walk, {
    name: "Emergency cleared: phase 3b again",
    switches: { FORCE_RECRUITERS_FALLBACK: false },
    act: async (result) => {
      unseen = await readAll(walk, ledger.ids, result);
    },
    afterwards: async () => {
      await giveUp(walk, unseen);
      report.cost("lost", unseen.length, "writes that were acknowledged in the emergency are lost for good");
      return {
        checks: [
          equal("exactly the writes of the emergency are lost", unseen.toSorted(), made.toSorted()),
          whole(walk, NEW),
        ],
        lost: unseen.length,
      };
    },
  });
}

/** @param endStream ends the stream processor: from here on there is none. */
export async function phase4(walk: Walk, endStream: () => Promise<void>): Promise<void> {
  const { client, folder } = walk;
  // The switches stand as in 3b. What tells the phases apart is the ruleset, so this one is a change of the ruleset.
  const text = await client.text("/ruleset");
  const status = await client.replaceRuleset(text.replace(/^( *)ladder: .*$/m, "$&\n$1phase: cleanup"));
  const bad = await client.replaceRuleset(
    text.replace("ladder: recruiters_four_phase", "ladder: recruiters_for_phase"),
  );
  await endStream();
  const removed = await client.removeStore(OLD);
  await stage(walk, {
    name: "Phase 4: cleanup",
    switches: PHASE_3B,
    act: (result) => load(walk, result),
    afterwards: async () => ({
      checks: [
        equal("the new ruleset serves", status, 200),
        equal("a misspelt one is refused", bad, 422),
        equal("the phase", (await client.route()).phase, "cleanup"),
        equal("recruiters is removed", removed, 204),
        equal("its file is gone", offersInFile(folder, OLD), null),
        whole(walk, NEW),
      ],
    }),
  });
  await stage(walk, {
    name: "Emergency in phase 4",
    switches: { FORCE_RECRUITERS_FALLBACK: true },
    act: async (result) => {
      const ids = someLiving(walk, 0, 10);
      await readAll(walk, ids, result);
      for (const create of [900_100, 900_101]) await writeAndEnter(client, walk.ledger, { create }, result);
    },
    afterwards: async (result) => ({
      checks: [
        equal("nothing can be read", result.verdicts.failed, result.reads),
        equal("nothing can be written", result.failed, 2),
      ],
    }),
  });
  await client.flip({ FORCE_RECRUITERS_FALLBACK: false });
}
