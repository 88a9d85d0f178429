/** Two people, each at a page of their own: what one proposes, the other publishes. */

import { afterAll, beforeAll, expect, it } from "vitest";
import type { Browser, Locator, Page } from "playwright-core";
import { Visitor, launch } from "./browser.js";
import { controlPlane } from "./control-plane.js";
import { RULESETS } from "./rulesets.js";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

const button = (within: Page | Locator, name: string): Locator => within.getByRole("button", { name, exact: true });

it("publishes once another person has approved it, and never by the one who proposed it", async () => {
  const plane = await controlPlane(RULESETS);
  try {
    await plane.ask("/v1/environments/production", { method: "PUT", body: { approvals: 1 } });
    const order = { name: "bob", role: "operator", env: "production" };
    const { key } = (await (await plane.ask("/v1/keys", { method: "POST", body: order })).json()) as { key: string };
    const current = async (): Promise<number> =>
      Number((await plane.ask("/v1/rulesets/production")).headers.get("cutover-version"));
    const before = await current();
    const text = await (await plane.ask("/v1/environments/production/file")).text();

    const one = await Visitor.at(browser, plane.url);
    await one.signIn();
    await one.page.locator("nav").waitFor();
    await one.go("production/edit");
    const editor = one.page.locator(".cm-content");
    await editor.waitFor();
    await editor.click();
    await one.page.keyboard.press("Control+a");
    await one.page.keyboard.press("Delete");
    await one.page.keyboard.insertText(text.replace("rollout: 50%, by: userId", "rollout: 60%, by: userId"));
    await button(one.page, "Keep").click();
    await one.page.getByText("kept", { exact: true }).waitFor();
    await button(one.page, "Review and publish").click();
    const dialog = one.page.getByRole("dialog");
    await dialog.getByLabel("Why").fill("ten percent more");
    await button(dialog, "Publish").click();
    await dialog.getByText("It waits for another person").waitFor();
    await one.look("proposed");
    expect(await current()).toBe(before);
    // The draft stays, for one that is rejected.
    expect(await (await plane.ask("/v1/environments/production/drafts")).json()).toHaveLength(1);
    await one.go("production/overview");
    await button(one.page.getByTestId("proposal"), "Approve and publish").click();
    await one.page.getByRole("alert").waitFor();
    expect(await current()).toBe(before);

    const other = await Visitor.at(browser, plane.url);
    await other.signIn(key);
    await other.page.locator("nav").waitFor();
    const waiting = other.page.getByTestId("proposal");
    await waiting.getByText("flags.orders_mongodb.rules[1]").first().waitFor();
    await waiting.getByLabel("What you say to it").fill("looked at it");
    await other.look("approving");
    await button(waiting, "Approve and publish").click();
    await waiting.waitFor({ state: "detached" });
    expect(await current()).toBe(before + 1);
    await one.leave();
    await other.leave();
  } finally {
    await plane.close();
  }
});
