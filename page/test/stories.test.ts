/** Whole stories, told by Chromium to the real control plane. */

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Visitor, launch } from "./browser.js";
import { Node, controlPlane } from "./control-plane.js";
import type { ControlPlane } from "./control-plane.js";
import { RULESETS } from "./rulesets.js";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

/** Runs a story in a world of its own. */
async function story(tell: (visitor: Visitor, plane: ControlPlane) => Promise<void>): Promise<void> {
  const plane = await controlPlane(RULESETS);
  try {
    const visitor = await Visitor.at(browser, plane.url);
    await visitor.signIn();
    await visitor.page.locator("nav").waitFor();
    await tell(visitor, plane);
    await visitor.leave();
  } finally {
    await plane.close();
  }
}

const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole("button", { name, exact: typeof name === "string" });

/** What is live in an environment. */
async function live(plane: ControlPlane, env = "production"): Promise<{ version: number; document: any }> {
  const answer = await plane.ask(`/v1/rulesets/${env}`);
  return { version: Number(answer.headers.get("cutover-version")), document: await answer.json() };
}

/** Puts a text in the editor in place of what is there. */
async function write(page: Page, change: (text: string) => string, text: string): Promise<void> {
  const editor = page.locator(".cm-content");
  await editor.waitFor();
  await editor.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(change(text));
}

async function source(plane: ControlPlane, env = "production"): Promise<string> {
  return (await plane.ask(`/v1/environments/${env}/file`)).text();
}

describe("somebody", () => {
  it("whose key is not known stays outside, and is told so", async () => {
    const plane = await controlPlane(RULESETS);
    const visitor = await Visitor.at(browser, plane.url);
    await visitor.signIn("not a key");
    await visitor.page.getByRole("alert").waitFor();
    expect(await visitor.page.getByRole("alert").innerText()).toContain("not known");
    expect(await visitor.page.evaluate(() => [sessionStorage.length, document.cookie])).toEqual([0, ""]);
    await visitor.look("refused");
    await visitor.leave();
    await plane.close();
  });

  it("edits by the engine's diagnostics, publishes with a reason, and goes back", () =>
    story(async (visitor, plane) => {
      const { page } = visitor;
      const before = await live(plane);
      await visitor.go("production/edit");
      const text = await source(plane);
      await write(page, (text) => text.replace("rollout: 50%, by: userId", "rolout: 60%, by: userId"), text);
      await page.getByText("did you mean `rollout`?").first().waitFor();
      expect(await button(page, "Review and publish").isDisabled()).toBe(true);
      expect(await page.locator(".cm-lintRange-error").allInnerTexts()).toContain("rolout");
      await visitor.look("diagnostics");
      await write(page, (text) => text.replace("rollout: 50%, by: userId", "rollout: 60%, by: userId"), text);
      await button(page, "Keep").click();
      await page.getByText("kept", { exact: true }).waitFor();
      expect(await (await plane.ask("/v1/environments/production/drafts")).json()).toMatchObject([
        { name: "draft", base: before.version },
      ]);
      await button(page, "Review and publish").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("flags.orders_mongodb.rules[1]").first().waitFor();
      expect(await button(dialog, "Publish").isDisabled()).toBe(true);
      await dialog.getByLabel("Why").fill("ten percent more");
      await visitor.look("publish");
      await button(dialog, "Publish").click();
      await dialog.waitFor({ state: "detached" });
      const after = await live(plane);
      expect(after.version).toBeGreaterThan(before.version);
      expect(after.document.flags.orders_mongodb.rules[1].serve.rollout).toBe("60%");
      await page.getByTestId("version").getByText(`version ${after.version}`).waitFor();

      await visitor.go("production/history");
      await page.getByRole("cell", { name: "ten percent more" }).waitFor();
      await button(page, `Changes of version ${after.version}`).click();
      await page.locator(".cm-changedLine").first().waitFor();
      await visitor.look("history");
      await button(page, `Roll back to version ${before.version}`).click();
      await page.getByRole("dialog").getByLabel("Why").fill("too early");
      await button(page.getByRole("dialog"), "Publish this older version").click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      const back = await live(plane);
      expect(back.version).toBeGreaterThan(after.version);
      expect(back.document).toEqual(before.document);

      await visitor.go("production/audit");
      await page.getByRole("cell", { name: "too early" }).waitFor();
      await visitor.look("audit");
    }));

  it("shows the log from its newest entry on, and searches more than it shows", () =>
    story(async (visitor, plane) => {
      const { page } = visitor;
      for (let number = 0; number < 120; number++) {
        const body = { text: { en: `Notice ${number}` } };
        const answer = await plane.ask("/v1/environments/production/banners/notice", { method: "PUT", body });
        expect(answer.status).toBe(200);
      }
      await visitor.go("production/audit");
      const rows = page.getByRole("table", { name: "Audit log" }).locator("tbody tr");
      await rows.first().getByText("banner").waitFor();
      expect(await rows.count()).toBe(100);
      // The first entries of all are not shown yet, and found.
      const search = page.getByRole("searchbox", { name: "Search the log" });
      await search.fill("imported at start");
      await page.getByRole("cell", { name: "imported at start" }).waitFor();
      expect(await rows.count()).toBe(1);
      await search.fill("");
      await expect.poll(() => rows.count()).toBe(100);
      await button(page, "Older entries").click();
      await button(page, "This is the beginning of the log").waitFor();
      expect(await rows.count()).toBeGreaterThan(120);
    }));

  it("takes a ruleset over from one environment into the next", () =>
    story(async (visitor, plane) => {
      const { page } = visitor;
      const dev = await live(plane, "dev");
      await visitor.go("dev/history");
      await page.getByRole("link", { name: "Promote to staging" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText(`Version ${dev.version} of dev into staging`).waitFor();
      await dialog.getByLabel("Why").fill("it held in dev");
      const codes = await dialog.getByRole("checkbox").all();
      for (const code of codes) await code.check();
      await visitor.look("promote");
      await button(dialog, "Publish it here").click();
      await dialog.waitFor({ state: "detached" });
      expect((await live(plane, "staging")).document).toEqual(dev.document);
      expect(page.url()).toMatch(/#\/staging\/history$/);
    }));

  it("is told when somebody else was first", () =>
    story(async (visitor, plane) => {
      const { page } = visitor;
      await visitor.go("production/edit");
      const text = await source(plane);
      await write(page, (text) => text.replace("rollout: 50%", "rollout: 55%"), text);
      await button(page, "Review and publish").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Why").fill("mine");
      const version = (await live(plane)).version;
      const theirs = { ruleset: text.replace("rollout: 50%", "rollout: 40%"), reason: "theirs" };
      expect(
        (
          await plane.ask("/v1/environments/production/publish", {
            method: "POST",
            body: theirs,
            headers: { "if-match": `"${version}"` },
          })
        ).status,
      ).toBe(200);
      await button(dialog, "Publish").click();
      await dialog.getByText("Somebody published before you").waitFor();
      expect((await live(plane)).document.flags.orders_mongodb.rules[1].serve.rollout).toBe("40%");
    }));

  it("is proposed the words of the schema while typing", () =>
    story(async (visitor, plane) => {
      const { page } = visitor;
      await visitor.go("production/edit");
      const text = await source(plane);
      await write(page, () => `${text.trimEnd()}\n  third:\n    old: a\n    new: b\n    ladder: `, text);
      await page.keyboard.type("se");
      await page.locator(".cm-tooltip-autocomplete").getByText("seven_step").waitFor();
      await visitor.look("completion");
      await page.keyboard.press("Enter");
      await page.locator(".cm-content").getByText("seven_step").waitFor();
    }));

  it("sees what a draft would do to one context, and to a population", () =>
    story(async (visitor, plane) => {
      const { page } = visitor;
      await visitor.go("production/edit");
      await write(page, (text) => text.replace("rollout: 50%, by: userId", "rollout: 100%, by: userId"), await source(plane));
      await visitor.go("production/what-if?flag=orders_mongodb");
      await page.getByLabel("Context", { exact: true }).fill('{ "userId": "user_123", "tenant": { "tier": "free" } }');
      const row = page.getByRole("row").filter({ has: button(page, "orders_mongodb") });
      await row.getByText("changed").waitFor();
      expect(await row.locator("code").allInnerTexts()).toEqual(["false", "true"]);
      const why = page.getByRole("region", { name: "How orders_mongodb is decided" });
      await why.getByText("share of 50%").waitFor();
      await why.getByText("share of 100%").waitFor();
      await visitor.look("what-if-story");

      await visitor.go("production/impact");
      const lines = Array.from({ length: 1000 }, (_, index) =>
        JSON.stringify({ userId: `user_${index}`, tenant: { tier: "free" } }),
      );
      await page
        .locator("input[type=file]")
        .setInputFiles({
          name: "people.ndjson",
          mimeType: "application/x-ndjson",
          buffer: Buffer.from([...lines, "no JSON"].join("\n")),
        });
      await button(page, "Count").click();
      const told = await page.getByText(/of 1,000 get another answer/).innerText();
      const moved = Number(told.split(" ")[0]);
      // Half of them had it before.
      expect(moved).toBeGreaterThan(430);
      expect(moved).toBeLessThan(570);
      await page.getByText("left out (1): 1001").waitFor();
      await page.getByRole("img", { name: "Who gets another answer of orders_mongodb" }).waitFor();
      await visitor.look("impact-story");
    }));
});

describe("a migration", () => {
  it("is moved with hazards only once they are accepted with a reason", () =>
    story(async (visitor, plane) => {
      const { page } = visitor;
      const before = await live(plane);
      await visitor.go("production/edit");
      await write(page, (text) => text.replace("phase: dual_read", "phase: direct_write_3a"), await source(plane));
      await button(page, "Review and publish").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("recruiters: dual_read → direct_write_3a").waitFor();
      await dialog.getByLabel("Why").fill("the stream has caught up");
      await button(dialog, "Publish").click();
      await dialog.getByText("The control plane refused it").waitFor();
      expect((await live(plane)).version).toBe(before.version);
      await visitor.look("hazards-refused");
      for (const name of ["lost write", "lost on return"]) await dialog.getByRole("checkbox", { name }).check();
      await button(dialog, "Publish").click();
      await dialog.waitFor({ state: "detached" });
      expect((await live(plane)).document.migrations.recruiters.phase).toBe("direct_write_3a");
      await visitor.go("production/history");
      const row = page.getByRole("row").filter({ hasText: "the stream has caught up" });
      await row.getByText("lost_write").waitFor();
    }));

  it("is drawn with what each move can cost", () =>
    story(async (visitor) => {
      const { page } = visitor;
      await visitor.go("production/migrations/recruiters");
      await button(page, "direct_write_3a → dual_read: diverged").click();
      await page.getByTestId("story").getByText("acknowledged").first().waitFor();
      expect(await page.locator(".phase[data-current] .phase-name").innerText()).toContain("dual_read");
      expect(await page.locator(".phase-drawing").count()).toBe(5);
      await visitor.look("ladder-story");
    }));

  it("goes into its emergency and out of it, with the cost said before", () =>
    story(async (visitor, plane) => {
      const { page } = visitor;
      await visitor.go("production/migrations/recruiters");
      await button(page, "Throw the emergency switch").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("a read can be stale").waitFor();
      const act = button(dialog, "Throw the emergency switch");
      await dialog.getByLabel("Why").fill("readers see old offers");
      await dialog.getByLabel("Type recruiters to confirm").fill("recruiter");
      expect(await act.isDisabled()).toBe(true);
      await dialog.getByLabel("Type recruiters to confirm").fill("recruiters");
      await visitor.look("emergency-confirm");
      await act.click();
      await dialog.waitFor({ state: "detached" });
      await page.getByText("The emergency is on.").waitFor();
      expect((await live(plane)).document.migrations.recruiters.emergency).toBe(true);
      await visitor.look("emergency-on");
      await button(page, "End the emergency").click();
      await dialog.getByLabel("Why").fill("the stream is mended");
      await dialog.getByLabel("Type recruiters to confirm").fill("recruiters");
      await button(dialog, "End the emergency").click();
      await button(page, "Throw the emergency switch").waitFor();
      expect((await live(plane)).document.migrations.recruiters.emergency ?? false).toBe(false);
    }));
});

describe("a rollout", () => {
  const stage = (page: Page, name: string): Promise<void> =>
    page.locator(`[data-testid=stage][data-stage=${name}]`).waitFor({ timeout: 60_000 });

  async function decide(page: Page, action: string, reason?: string): Promise<void> {
    await page
      .locator("button[aria-disabled=false]")
      .filter({ hasText: new RegExp(`^${action}$`) })
      .click();
    const dialog = page.getByRole("dialog");
    if (reason !== undefined) await dialog.getByLabel("Why").fill(reason);
    await button(dialog, action).click();
    await dialog.waitFor({ state: "detached" });
  }

  it(
    "is simulated, begun with a few, approved, and reaches everybody",
    () =>
      story(async (visitor, plane) => {
        const { page } = visitor;
        const node = new Node(plane, "production", "errors");
        try {
          await visitor.go("production/plans/pilot");
          await page.getByRole("tab", { name: "Before it begins" }).click();
          await button(page, "Simulate").click();
          await page.getByTestId("simulated").waitFor();
          await visitor.look("simulation");
          await page.getByRole("tab", { name: "Where it stands" }).click();
          await decide(page, "Start");
          await stage(page, "awaiting_approval");
          await page.getByTestId("arm").first().waitFor();
          await visitor.look("awaiting-approval");
          await decide(page, "Approve", "the pilots are content");
          await stage(page, "promoted");
          expect((await live(plane)).document.flags.use_v2.rules[1].serve.rollout).toMatch(/^100/);
          await visitor.look("promoted");
        } finally {
          node.stop();
        }
      }),
    120_000,
  );

  it(
    "goes back by itself when its gate fails, and nobody can pause that",
    () =>
      story(async (visitor, plane) => {
        const { page } = visitor;
        const node = new Node(plane, "production", "errors");
        node.failing = 20;
        try {
          await visitor.go("production/plans/pilot");
          await decide(page, "Start");
          await stage(page, "rolled_back");
          expect((await live(plane)).document.flags.use_v2.rules[1].serve.rollout).toMatch(/^0/);
          await page
            .getByRole("cell", { name: /a gate failed/ })
            .first()
            .waitFor();
          expect(
            await page
              .locator("button[aria-disabled=true]")
              .filter({ hasText: /^Pause$/ })
              .count(),
          ).toBe(1);
          await visitor.look("rolled-back");
        } finally {
          node.stop();
        }
      }),
    120_000,
  );

  it(
    "goes back in steps when somebody takes it back, with a reason",
    () =>
      story(async (visitor, plane) => {
        const { page } = visitor;
        const share = async (): Promise<string> => (await live(plane)).document.flags.orders_of_pilots.rules[0].serve.rollout;
        const node = new Node(plane, "production", "errors");
        try {
          await visitor.go("production/plans/by_hand");
          await decide(page, "Start");
          await stage(page, "awaiting_approval");
          await decide(page, "Approve", "the first pilots are content");
          for (const end = performance.now() + 20_000; (await share()) !== "50%"; ) expect(performance.now()).toBeLessThan(end);
          await stage(page, "awaiting_approval");
          const before = await share();
          await decide(page, "Roll back in steps", "pilots see wrong orders");
          await stage(page, "rolled_back");
          const log = page.getByRole("table", { name: /log/i });
          await log.getByText("pilots see wrong orders").first().waitFor();
          const versions = (await (await plane.ask("/v1/environments/production/versions")).json()) as { reason: string }[];
          expect([before, await share()]).toEqual(["50%", "0%"]);
          const shares = versions.map(({ reason }) => /`by_hand`: (.*)/.exec(reason)?.[1]).filter((one) => one !== undefined);
          expect(shares).toEqual(["0%", "25%", "50%", "25%"]);
          await visitor.look("rolled-back-in-steps");
        } finally {
          node.stop();
        }
      }),
    120_000,
  );

  it(
    "of data waits for what the data has to wait for, and says for what",
    () =>
      story(async (visitor, plane) => {
        const { page } = visitor;
        const node = new Node(plane, "production", "errors");
        try {
          await visitor.go("production/plans/prices_up");
          const start = page.getByRole("button", { name: "Start", exact: true });
          await page.getByText("writes are conditional on a version").waitFor();
          await expect.poll(() => start.getAttribute("title")).toContain("not ready");
          await page.getByText("nothing that began before it still runs").waitFor({ state: "detached" });
          await visitor.look("waits-for-data");
          await button(page, "It holds: writes are conditional on a version").click();
          await decide(page, "Start");
          await expect.poll(async () => (await live(plane)).document.migrations.prices.phase, { timeout: 20_000 }).toBe("sync");
          await page.getByText("the stream has caught up").waitFor();
          await visitor.look("waits-for-the-stream");
        } finally {
          node.stop();
        }
      }),
    120_000,
  );
});
