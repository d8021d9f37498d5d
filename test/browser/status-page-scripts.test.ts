// T18. In: two hundred texts that would be scripts, in every text that the public reads. Out: text: no dialog,
// no report of the page's policy, no element and no attribute that came from one.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { startApp, type TestApp } from "../harness/app";
import { eventually } from "../harness/eventually";
import { SCRIPT_VECTORS } from "../harness/script-vectors";
import { DAY, HOUR, idOf, must } from "../harness/status-page";
import { hasBrowser, openBrowser, openVisit, type Visit } from "./browser";

const LIMIT_MS = 180_000;
/** A name takes no more. */
const NAME_LENGTH = 200;

interface Found {
  dialogs: string[];
  violations: string[];
  foreign: string[];
  text: string;
}

/** What the page may be made of; everything else came out of a text. */
const JUDGE = `(() => {
  const known = new Set("html head meta title link script body a div header h1 span p main section h2 h3 h4 article strong ol ul li time aside svg path circle rect i details summary dl dt dd footer nav".split(" "));
  const foreign = [];
  for (const element of document.querySelectorAll("*")) {
    if (!known.has(element.localName)) foreign.push(element.outerHTML.slice(0, 120));
    for (const { name, value } of element.attributes) {
      if (/^on|^style$|^srcdoc$|^formaction$|^xlink/.test(name)) foreign.push(name + "=" + value.slice(0, 80));
      if (name === "href" && element.localName === "a" && !/^(?:#|https?:|[a-z0-9./-]+\\.(?:html(?:\\?lang=[a-z]+)?|atom|rss|json|ics)$)/.test(value)) foreign.push("href=" + value);
    }
  }
  if (document.scripts.length !== 1) foreign.push(document.scripts.length + " scripts");
  return foreign;
})()`;

describe.skipIf(!hasBrowser)("texts that would be scripts", () => {
  let browser: Browser;
  let run: TestApp;
  let pageId: string;
  const services: string[] = [];

  beforeAll(async () => {
    [browser, run] = await Promise.all([openBrowser(), startApp()]);
    const now = Date.now();
    const iso = (ms: number): string => new Date(ms).toISOString();
    for (const [index, vector] of SCRIPT_VECTORS.entries()) {
      const id = await idOf(run, "/services", {
        name: `${index} ${vector}`.slice(0, NAME_LENGTH),
        group: `${vector} in group ${index % 7}`.slice(0, NAME_LENGTH),
        description: `A ${vector}\n\n${vector}`,
      });
      services.push(id);
      const incident = await idOf(run, "/incidents", {
        title: vector,
        severity: "minor",
        service_ids: [id],
        message: `B ${vector}`,
      });
      if (index % 2 === 0) {
        await must(run, "POST", `/incidents/${incident}/updates`, { status: "resolved", message: vector });
        await must(run, "PATCH", `/incidents/${incident}`, { post_mortem: `C ${vector}` });
      }
      // Some stand as they were said, others are over.
      await must(run, "POST", `/services/${id}/status`, { status: "degraded", message: `E ${vector}` });
      if (index % 2 === 0) await must(run, "POST", `/services/${id}/status`, { status: "operational" });
      await must(run, "POST", "/maintenance-windows", {
        name: vector,
        description: `D ${vector}`,
        // A third of them is under way.
        starts_at: iso(index % 3 === 0 ? now - HOUR : now + DAY),
        ends_at: iso(now + 2 * DAY),
        service_ids: [id],
      });
    }
    pageId = await idOf(run, "/status-pages", { name: "Page", slug: "page", service_ids: services });
  }, LIMIT_MS);

  afterAll(async () => {
    await browser?.close();
    await run?.stop();
  }, LIMIT_MS);

  const watch = async (): Promise<{
    visit: Visit;
    look: (path: string) => Promise<Found>;
    found: () => Promise<Found>;
  }> => {
    const visit = await openVisit(browser, run.url);
    const dialogs: string[] = [];
    visit.page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await visit.page.addInitScript(
      'window.violations = []; addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective + " " + event.blockedURI + " " + event.sample));',
    );
    const found = async (): Promise<Found> => ({
      dialogs,
      violations: await visit.page.evaluate("window.violations"),
      foreign: await visit.page.evaluate(JUDGE),
      text: await visit.page.evaluate("document.body.textContent + document.title"),
    });
    return {
      visit,
      found,
      look: async (path) => {
        await visit.page.goto(path, { waitUntil: "load" });
        return found();
      },
    };
  };

  const harmless = { dialogs: [], violations: [], foreign: [] };

  test("are two hundred and more", () => {
    expect(SCRIPT_VECTORS.length).toBeGreaterThanOrEqual(200);
  });

  test(
    "are text as names, groups, descriptions, incidents, updates and maintenance, here and in the history",
    async () => {
      const { visit, look } = await watch();
      const index = await look("/status/page");
      expect(index).toMatchObject(harmless);
      const missing = SCRIPT_VECTORS.flatMap((vector, number) =>
        [`${number} ${vector}`.slice(0, NAME_LENGTH), `A ${vector}`, `D ${vector}`, `E ${vector}`].filter(
          (text) => !index.text.includes(text),
        ),
      );
      expect(missing).toEqual([]);
      const open = SCRIPT_VECTORS.filter((_, number) => number % 2 === 1);
      expect(open.filter((vector) => !index.text.includes(`B ${vector}`))).toEqual([]);
      for (const path of [
        "/status/page/history.html",
        "/status/page/index.de.html",
        "/status/page/history.de.html",
      ]) {
        const sheet = await look(path);
        expect(sheet).toMatchObject(harmless);
        const over = SCRIPT_VECTORS.filter((_, number) => number % 2 === 0);
        if (path.includes("history"))
          expect(over.filter((vector) => !sheet.text.includes(`C ${vector}`))).toEqual([]);
      }
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "are text in the page's own title, description and announcement",
    async () => {
      await must(run, "PATCH", `/status-pages/${pageId}`, { service_ids: services.slice(0, 1) });
      const { visit, look } = await watch();
      // As many at once as a title holds.
      const rest = [...SCRIPT_VECTORS];
      while (rest.length > 0) {
        const said: string[] = [];
        while (rest[0] !== undefined && [...said, rest[0]].join(" ").length <= NAME_LENGTH)
          said.push(rest.shift() ?? "");
        const text = said.join(" ");
        await must(run, "PATCH", `/status-pages/${pageId}`, {
          title: text,
          description: text,
          announcement: text,
        });
        const found = await look("/status/page");
        expect(found).toMatchObject(harmless);
        expect(found.text.split(text).length - 1).toBeGreaterThanOrEqual(4);
      }
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test(
    "are text when an open page renews itself",
    async () => {
      await must(run, "PATCH", `/status-pages/${pageId}`, {
        title: "Calm",
        description: "",
        announcement: "",
        service_ids: services.slice(0, 1),
      });
      const { visit, look, found } = await watch();
      expect((await look("/status/page")).text).not.toContain(SCRIPT_VECTORS.at(-1) ?? "");
      await must(run, "PATCH", `/status-pages/${pageId}`, {
        service_ids: services,
        announcement: SCRIPT_VECTORS[0],
      });
      await visit.page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
      // The page's policy forbids what a wait inside the page would be made of.
      await eventually(
        () => visit.page.evaluate('document.querySelectorAll(".component").length'),
        (count) => count === services.length,
      );
      const renewed = await found();
      expect(renewed).toMatchObject(harmless);
      expect(SCRIPT_VECTORS.filter((vector) => !renewed.text.includes(`A ${vector}`))).toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.close();
    },
    LIMIT_MS,
  );

  test("no way leads to HTML of an editor's own", async () => {
    for (const field of ["custom_css", "css", "html", "head", "script"])
      expect((await run.api("PATCH", `/status-pages/${pageId}`, { [field]: "x" })).body.code).toBe(
        "unknown_field",
      );
    for (const url of [
      "javascript:alert(1)",
      "data:text/html,x",
      "//evil.example",
      "https://user:pass@example.com",
    ])
      expect((await run.api("PATCH", `/status-pages/${pageId}`, { website_url: url })).body.field).toBe(
        "website_url",
      );
  });
});
