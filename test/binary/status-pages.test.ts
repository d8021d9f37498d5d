// A status page out of the executable: what its feeds, calendar and badges are made with is loaded at first use, and
// its copy is whole.
import { afterEach, expect, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import ICAL from "ical.js";
import { eventually } from "../harness/eventually";
import { isRoot, placeExecutable, type Executable } from "./executable";

const TOKEN = "bootstrap-token-of-the-tests-0123456789abcdef";
const USER_ID = 10_001;
const HOUR_MS = 3_600_000;

let executable: Executable | undefined;

afterEach(async () => {
  await executable?.remove();
  executable = undefined;
});

test("every file of a page is made in the executable, and copied", async () => {
  executable = placeExecutable();
  const mirror = join(executable.directory, "mirror");
  mkdirSync(mirror);
  if (isRoot) chownSync(mirror, USER_ID, USER_ID);
  const running = await executable.serve({
    env: { ANDON_BOOTSTRAP_TOKEN: TOKEN, ANDON_MIRROR_DIR: "mirror" },
  });
  const call = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${running.url}/api/v1${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    expect([path, response.status < 300, text]).toEqual([path, true, text]);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const { id } = await call("/services", { name: "Shop <b>" });
  await call("/status-pages", { name: "Plant", slug: "plant", service_ids: [id], mirror_dir: "plant" });
  await call("/incidents", {
    title: "Checkout <i>fails</i>",
    severity: "major",
    service_ids: [id],
    message: "We look into it.",
  });
  await call("/maintenance-windows", {
    name: "Database move",
    service_ids: [id],
    starts_at: new Date(Date.now() + HOUR_MS).toISOString(),
    ends_at: new Date(Date.now() + 2 * HOUR_MS).toISOString(),
  });
  const get = async (name: string): Promise<string> => {
    const answer = await fetch(`${running.url}/status/plant/${name}`);
    const text = await answer.text();
    expect([name, answer.status, text]).toEqual([name, 200, text]);
    return text;
  };

  expect(await get("")).toContain("Checkout &lt;i&gt;fails");
  const atom = new XMLParser().parse(await get("feed.atom"));
  expect(atom.feed.entry[0].id).toStartWith("urn:uuid:");
  const rss = new XMLParser().parse(await get("feed.rss"));
  expect(rss.rss.channel.title).toBe("Plant: incidents and maintenance");
  const titles = (JSON.parse(await get("feed.json")).items as { title: string }[]).map(({ title }) => title);
  expect(titles).toContain("Investigating: Checkout <i>fails</i>");
  const calendar = new ICAL.Component(
    ICAL.parse(await get("maintenance.ics")) as ConstructorParameters<typeof ICAL.Component>[0],
  );
  expect(calendar.getFirstSubcomponent("vevent")?.getFirstPropertyValue("summary")).toBe("Database move");
  for (const badge of ["overall", String(id), `${String(id)}-90d`])
    expect([badge, XMLValidator.validate(await get(`badges/${badge}.svg`))]).toEqual([badge, true]);

  const copied = (name: string): string => readFileSync(join(mirror, "plant", name), "utf8");
  await eventually(
    async () => existsSync(join(mirror, "plant/index.html")) && copied("index.html").includes("Checkout"),
    (isThere) => isThere,
  );
  expect(JSON.parse(copied("api/v2/summary.json")).incidents[0].name).toBe("Checkout <i>fails</i>");
  expect(XMLValidator.validate(copied("badges/overall.svg"))).toBe(true);
});
