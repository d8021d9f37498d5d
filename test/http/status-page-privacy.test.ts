// What is not for the public is in nothing that the public reads: a canary in every private place, and every
// representation of the page searched for it.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { DAY, idOf, must } from "../harness/status-page";

let run: TestApp;
const told: string[] = [];

/** A text that must not be found; `what` says where it was hidden. */
const canary = (what: string): string => {
  const text = `canary-${what}`;
  told.push(text);
  return text;
};

let shown: string;

beforeAll(async () => {
  run = await startApp();
  const service = await idOf(run, "/services", { name: "Shown service", owner: canary("owner") });
  const hidden = await idOf(run, "/services", {
    name: canary("hidden-service"),
    group: canary("hidden-group"),
    description: canary("hidden-description"),
  });
  await must(run, "POST", `/services/${service}/status`, { status: "degraded", message: "Said by a person" });
  const open = async (title: string, isPublic: boolean, ids: string[]): Promise<string> =>
    idOf(run, "/incidents", {
      title,
      severity: "minor",
      service_ids: ids,
      message: isPublic ? `Public words of ${title}` : canary(`private-words-of-${title}`),
      public: isPublic,
    });
  const update = (id: string, status: string, message: string, isPublic: boolean): Promise<unknown> =>
    must(run, "POST", `/incidents/${id}/updates`, { status, message, public: isPublic });

  const both = await open("Shown incident", true, [service, hidden]);
  await update(both, "identified", canary("private-update"), false);
  await must(run, "PATCH", `/incidents/${both}`, {
    engineer_notes: canary("notes"),
    post_mortem: canary("early-post-mortem"),
  });
  const over = await open("Over incident", true, [service]);
  await update(over, "resolved", canary("private-end"), false);

  await open(canary("secret-incident"), false, [service]);
  const secretOver = await open(canary("secret-over"), false, [service]);
  await update(secretOver, "resolved", canary("secret-end"), false);
  await open(canary("foreign-incident"), true, [hidden]);
  const merged = await open("Merged incident", true, [service]);
  const into = await open(canary("secret-cause"), false, [service]);
  await must(run, "POST", `/incidents/${merged}/merge`, { into });
  await must(run, "POST", "/incidents", { title: canary("bare-incident"), severity: "minor", message: "x" });

  const times = {
    starts_at: new Date(Date.now() + DAY).toISOString(),
    ends_at: new Date(Date.now() + 2 * DAY).toISOString(),
  };
  await must(run, "POST", "/maintenance-windows", {
    name: "Shown work",
    ...times,
    service_ids: [service, hidden],
  });
  await must(run, "POST", "/maintenance-windows", {
    name: canary("foreign-work"),
    ...times,
    service_ids: [hidden],
  });
  await must(run, "POST", "/status-pages", {
    name: canary("page-name"),
    slug: "open",
    title: "Shown page",
    service_ids: [service],
    visibility: "public",
    allowed_addresses: ["203.0.113.99"],
  });
  shown = service;
});
afterAll(() => run.stop());

const NAMES = [
  "",
  "/",
  "/index.de.html",
  "/history.html",
  "/history.de.html",
  "/version.json",
  "/favicon.svg",
  "/subscribe.html",
  "/api/v2/summary.json",
  "/api/v2/status.json",
  "/api/v2/components.json",
  "/api/v2/incidents.json",
  "/api/v2/incidents/unresolved.json",
  "/api/v2/scheduled-maintenances.json",
  "/api/v2/scheduled-maintenances/upcoming.json",
  "/api/v2/scheduled-maintenances/active.json",
  "/feed.atom",
  "/feed.rss",
  "/feed.json",
  "/maintenance.ics",
  "/badges/overall.svg",
];

test("nothing private is in any representation of a page", async () => {
  const all: string[] = [];
  for (const name of [...NAMES, `/badges/${shown}.svg`]) {
    const answer = await fetch(`${run.url}/status/open${name}`);
    expect([name, answer.status]).toEqual([name, 200]);
    all.push(`${name} ${await answer.text()} ${JSON.stringify([...answer.headers])}`);
  }
  const text = all.join("\n");
  for (const words of [
    "Shown page",
    "Shown service",
    "Shown incident",
    "Over incident",
    "Shown work",
    "Said by a person",
    "Merged incident",
  ])
    expect(text).toContain(words);
  expect(told.length).toBe(19);
  expect(told.filter((word) => text.includes(word))).toEqual([]);
  expect(text).not.toContain("203.0.113.99");
});

test("an incident says in public what was said in public, and that it is over", async () => {
  const text = await (await fetch(`${run.url}/status/open/`)).text();
  const incident = text.slice(text.indexOf("Shown incident"), text.indexOf("</article>"));
  expect(incident).toContain("Investigating");
  expect(incident).not.toContain("Identified");
  const past = text.slice(text.indexOf("Past incidents"));
  expect(past).toContain("Over incident");
  expect(past).toContain("Resolved");
  expect(past).toContain("Public words of Over incident");
});
