// Somebody who uses a service asks its status page for mails, confirms, reads of an incident and of maintenance,
// chooses what about, and leaves: without a script, and without anybody learning who is subscribed.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { openSubscriberStage, tokenIn, type SubscriberStage } from "../harness/subscribers";

let stage: SubscriberStage;

beforeEach(async () => {
  stage = await openSubscriberStage();
});
afterEach(() => stage.stop());

const subjects = (): string[] => stage.relay.taken.map(({ mail }) => mail.subject ?? "");

describe("by mail", () => {
  test("from the form to the last mail", async () => {
    const form = await stage.get("subscribe");
    expect(form.status).toBe(200);
    expect(form.html).toMatch(/type="email"\s+name="email"/);
    expect(form.html).not.toContain("<script>");

    const asked = await stage.ask("Kim@Example.test");
    expect(asked.recipients).toEqual(["Kim@example.test"]);
    expect(asked.mail.subject).toBe("Confirm your subscription to Acme status");
    expect(asked.mail.html).toContain("/status/acme/confirm?token=");
    const token = tokenIn(asked, "confirm");

    // Mail scanners open links: nothing happens before the button is pressed.
    const looked = await stage.get(`confirm?token=${token}`);
    expect([looked.status, looked.headers.get("cache-control")]).toEqual([200, "no-store"]);
    await stage.open("Too early", ["Checkout"]);
    expect(looked.html).toContain('method="post"');
    const confirmed = await stage.post(`confirm?token=${token}`, {});
    expect([confirmed.status, confirmed.html.includes("Subscribed")]).toEqual([200, true]);

    const id = await stage.open("Payments fail", ["Checkout", "Internal"]);
    const opened = (await stage.relay.waitFor(2))[1];
    expect(opened?.mail.subject).toBe("[Acme status] Incident: Payments fail");
    expect(opened?.mail.text).toContain("We are looking into it.");
    expect(opened?.mail.text).toContain("Affected: Checkout\n");
    expect(opened?.mail.text).not.toContain("Internal");
    expect(opened?.source).not.toContain("team@acme.test");
    await stage.app.api("POST", `/incidents/${id}/updates`, {
      status: "identified",
      message: "The database of the plant is full",
      public: false,
    });
    await stage.app.api("POST", `/incidents/${id}/updates`, {
      status: "monitoring",
      message: "A fix is in place.",
    });
    await stage.app.api("POST", `/incidents/${id}/updates`, {
      status: "resolved",
      message: "",
      public: true,
    });
    const told = await stage.relay.waitFor(4);
    expect(subjects().slice(2)).toEqual([
      "[Acme status] Update: Payments fail",
      "[Acme status] Resolved: Payments fail",
    ]);
    expect(told[2]?.mail.text).toContain("Status: Monitoring");
    for (const { source } of told) expect(source).not.toContain("plant is full");
    // One thread.
    expect(told[1]?.mail.inReplyTo).toBeUndefined();
    for (const one of told.slice(2)) expect(one.mail.inReplyTo).toBe(told[1]?.mail.messageId ?? "");

    const left = await stage.post(`unsubscribe?token=${token}`, {});
    expect([left.status, left.html.includes("Unsubscribed")]).toEqual([200, true]);
    await stage.open("Nobody hears", ["Checkout"]);
    expect((await stage.app.api("GET", `/status-pages/${stage.pageId}/subscribers`)).body.data).toEqual([]);
    expect(stage.relay.taken.length).toBe(4);
  });

  test("a mail program's button ends it with one click", async () => {
    const token = await stage.subscribe("kim@example.test");
    await stage.open("Payments fail", ["Checkout"]);
    const told = (await stage.relay.waitFor(2))[1];
    const header = told?.source.replace(/\r\n\s+/g, " ") ?? "";
    expect(header).toContain("List-Unsubscribe=One-Click");
    const url = /<(http:[^>]+unsubscribe\?token=[\w-]+)/.exec(header)?.[1] ?? "";
    expect(url).toEndWith(token);
    const clicked = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "List-Unsubscribe=One-Click",
    });
    expect(clicked.status).toBe(200);
    expect(stage.app.app.parts.store).toBeDefined();
    expect((await stage.app.api("GET", `/status-pages/${stage.pageId}/subscribers`)).body.data).toEqual([]);
  });
});
