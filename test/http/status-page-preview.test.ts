// A status page before it is saved: what the editor sees is what the public would read; nothing of it is kept, and
// nothing of others is in it.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { UNKNOWN_ID } from "../harness/tenant-isolation";

let run: TestApp;
let service: string;

beforeAll(async () => {
  run = await startApp({ clock: new FakeClock() });
  service = (await run.api("POST", "/services", { name: "Conveyor", group: "Line 1" })).body.id;
  await run.api("POST", "/services", { name: "Secret oven", group: "Line 2" });
});
afterAll(() => run.stop());

const preview = (body: Record<string, unknown>): Promise<Answer> =>
  run.api("POST", "/status-pages/preview", body);

describe("a preview", () => {
  test("of a new page shows what was chosen, and keeps nothing", async () => {
    const { status, body } = await preview({
      name: "Plant",
      title: "Plant <1>",
      service_ids: [service],
      announcement: "We move on Sunday",
      accent_color: "#aa0000",
      language: "de",
      slug: "plant",
    });
    expect(status).toBe(200);
    expect(body.html).toContain("Plant &lt;1&gt;");
    expect(body.html).toContain("Conveyor");
    expect(body.html).toContain("We move on Sunday");
    expect(body.html).toContain('lang="de"');
    expect(body.html).not.toContain("Secret oven");
    expect(body.style).toContain("--accent:#aa0000");
    expect((await run.api("GET", "/status-pages")).body.data).toEqual([]);
    expect((await fetch(`${run.url}/status/plant/`)).status).toBe(404);
  });

  test("of a stored page takes from it what is left out, and is what the public reads once it is saved", async () => {
    const page = (await run.api("POST", "/status-pages", { name: "Line 1", groups: ["Line 1"] })).body;
    const change = { title: "First line", show_uptime: false };
    const shown = (await preview({ page_id: page.id, ...change })).body.html as string;
    const before = await (await fetch(`${run.url}${page.path}/`)).text();
    expect(before).not.toContain("First line");
    await run.api("PATCH", `/status-pages/${page.id}`, change);
    const after = await (await fetch(`${run.url}${page.path}/`)).text();
    const mainOf = (text: string): string => text.slice(text.indexOf("<header"), text.indexOf("<footer"));
    expect(mainOf(shown)).toBe(mainOf(after));
    expect(shown).toContain("First line");
  });

  test("says what saving would refuse about its content, and never shows a password", async () => {
    expect((await preview({ name: "Empty" })).body.field).toBe("service_ids");
    expect((await preview({ name: "X", service_ids: [UNKNOWN_ID] })).body.field).toBe("service_ids.0");
    expect((await preview({ name: "X", service_ids: [service], time_zone: "Mars" })).body.field).toBe(
      "time_zone",
    );
    expect((await preview({ page_id: UNKNOWN_ID, title: "X" })).status).toBe(404);
    const secret = await preview({
      name: "X",
      service_ids: [service],
      visibility: "password",
      password: "correct horse battery",
    });
    expect(secret.status).toBe(200);
    expect(JSON.stringify(secret.body)).not.toContain("correct horse");
  });
});
