// Feeds and the calendar: read by parsers that are not ours, with every element that the standards require, and
// with texts that try to be mark-up, to end a line or to be no XML at all.
import { describe, expect, test } from "bun:test";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import ICAL from "ical.js";
import { calendar } from "../../src/status-pages/calendar";
import { feeds } from "../../src/status-pages/feeds";
import { createShelf, type Family, type ShelfFile } from "../../src/status-pages/shelf";
import type { PageLook, PageView } from "../../src/status-pages/view";
import { idOf, incidentView, maintenanceView, pageView, VIEW_AT } from "../harness/page-view";

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** Each breaks something: XML, HTML, CDATA, a line of a calendar, an encoder. */
const NASTY = [
  `<script>alert(1)</script>`,
  `]]><script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `&lt;b&gt; &amp; &#60;b&#62;`,
  `' onload='alert(1)`,
  `<!-- <![CDATA[ <?xml ?>`,
  `null \u0000 bell \u0007 escape \u001b[31m`,
  `half \ud83d of a pair`,
  `\uffff \ufffe \u2028 \u202e`,
  `one; two, three \\ four \\n five`,
  `a\r\nBEGIN:VALARM\r\nEND:VALARM`,
  `a\nATTENDEE:mailto:x@example.com`,
  `http://andon-feed.invalid/ is a name`,
  `日本語 😀 `.repeat(30),
];

const fileOf = async (family: Family, view: PageView, name: string): Promise<ShelfFile> => {
  const file = await createShelf(view, [family]).get(name);
  if (file === undefined) throw new Error(`there is no ${name}`);
  return file;
};

const textOf = async (family: Family, view: PageView, name: string): Promise<string> =>
  new TextDecoder("utf-8", { fatal: true }).decode((await fileOf(family, view, name)).bytes);

const parser = new XMLParser({
  ignoreAttributes: false,
  isArray: (name) => ["entry", "item", "link", "category"].includes(name),
});

const readXml = async (name: string, view: PageView): Promise<Json> => {
  const text = await textOf(feeds, view, name);
  expect(XMLValidator.validate(text)).toBe(true);
  // oxlint-disable-next-line no-control-regex -- what XML 1.0 forbids
  expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
  return parser.parse(text);
};

const atomOf = async (view = pageView()): Promise<Json> => (await readXml("feed.atom", view)).feed;
const rssOf = async (view = pageView()): Promise<Json> => (await readXml("feed.rss", view)).rss;
const jsonOf = async (view = pageView()): Promise<Json> => JSON.parse(await textOf(feeds, view, "feed.json"));

/** As HTML shows it: one level of entities taken back. */
const shown = (html: string): string =>
  html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");

/** The mark-up that we write: paragraphs, lines, links to addresses that were entered. */
const OURS = /<\/?p>|<br \/>|<a href="https?:\/\/[^"<>]*" rel="nofollow noopener noreferrer">|<\/a\s*>/g;

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
const RFC_822 =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const URN = /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const TITLES = [
  "Maintenance has begun: New switch",
  "Monitoring: Checkout fails",
  "Identified: Checkout fails",
  "Investigating: Checkout fails",
  "Maintenance is over: Nightly copy",
  "Maintenance has begun: Nightly copy",
];

describe("Atom", () => {
  test("has what RFC 4287 requires", async () => {
    const feed = await atomOf();
    expect(feed["@_xmlns"]).toBe("http://www.w3.org/2005/Atom");
    expect(feed.id).toBe(`urn:uuid:${idOf(1)}`);
    expect(feed.title).toBe("Plant: incidents and maintenance");
    expect(feed.updated).toMatch(RFC_3339);
    expect(feed.author.name).toBe("Plant");
    expect(feed.link.map((one: Json) => [one["@_rel"], one["@_href"]])).toEqual([
      ["alternate", "https://status.example.com/"],
      ["self", "https://status.example.com/feed.atom"],
    ]);
    for (const entry of feed.entry) {
      expect(entry.id).toMatch(URN);
      expect(entry.title["#text"]).not.toBe("");
      expect(entry.title["@_type"]).toBe("html");
      expect(entry.updated).toMatch(RFC_3339);
      expect(entry.published).toMatch(RFC_3339);
      expect(entry.link[0]["@_href"]).toMatch(
        /^https:\/\/status\.example\.com\/(?:history\.html)?#[im]-[0-9a-f-]{36}$/,
      );
    }
    const ids = feed.entry.map((entry: Json) => entry.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("lists each public update and each step of planned work, newest first", async () => {
    const feed = await atomOf();
    const titles = feed.entry.map((entry: Json) => entry.title["#text"]);
    expect(titles.filter((title: string) => TITLES.includes(title))).toEqual(TITLES);
    // What comes every night is not announced each time.
    expect(titles).toContain("Maintenance planned: Database move");
    expect(titles).not.toContain("Maintenance planned: Nightly copy");
    const times = feed.entry.map((entry: Json) => Date.parse(entry.updated));
    expect(times).toEqual(times.toSorted((a: number, b: number) => b - a));
    expect(Math.max(...times)).toBeLessThanOrEqual(VIEW_AT);
  });

  test("tells what is affected, in paragraphs", async () => {
    const entry = (await atomOf()).entry.find(
      (one: Json) => one.title["#text"] === "Investigating: Checkout fails",
    );
    expect(entry.content["@_type"]).toBe("html");
    expect(entry.content["#text"]).toBe(
      "<p>Some payments fail.</p><p>We look into it.</p><p>Affects: Cart</p>",
    );
  });
});

describe("RSS", () => {
  test("has what RSS 2.0 requires", async () => {
    const rss = await rssOf();
    expect(rss["@_version"]).toBe("2.0");
    const { channel } = rss;
    expect(channel.title).toBe("Plant: incidents and maintenance");
    expect(channel.link[0]).toBe("https://status.example.com/");
    expect(channel.description).toBe("How the plant is doing.");
    expect(channel.lastBuildDate).toMatch(RFC_822);
    expect(channel.language).toBe("en");
    for (const item of channel.item) {
      expect(item.title).not.toBe("");
      expect(item.guid["#text"]).toMatch(URN);
      expect(item.guid["@_isPermaLink"]).toBe("false");
      expect(item.pubDate).toMatch(RFC_822);
      // Only mail addresses may be authors.
      expect(item.author).toBeUndefined();
    }
    const titles = channel.item.map((item: Json) => item.title);
    expect(titles.filter((title: string) => TITLES.includes(title))).toEqual(TITLES);
  });

  test("is the same under the name that Statuspage gives it", async () => {
    const view = pageView();
    const own = await fileOf(feeds, view, "feed.rss");
    expect((await fileOf(feeds, view, "history.rss")).etag).toBe(own.etag);
    expect(own.contentType).toBe("application/rss+xml; charset=utf-8");
    const atom = await fileOf(feeds, view, "feed.atom");
    expect((await fileOf(feeds, view, "history.atom")).etag).toBe(atom.etag);
    expect(atom.contentType).toBe("application/atom+xml; charset=utf-8");
  });
});

describe("JSON Feed", () => {
  test("has what its version 1 requires", async () => {
    const feed = await jsonOf();
    expect(feed).toMatchObject({
      version: "https://jsonfeed.org/version/1",
      title: "Plant: incidents and maintenance",
      home_page_url: "https://status.example.com/",
      feed_url: "https://status.example.com/feed.json",
    });
    for (const item of feed.items) {
      expect(item.id).toMatch(URN);
      expect(item.content_html).toBeString();
      expect(item.date_published).toMatch(RFC_3339);
      expect(item.url).toMatch(/^https:\/\/status\.example\.com\/(?:history\.html)?#[im]-/);
    }
  });

  test("says the status where an update has no words", async () => {
    const update = { id: idOf(900), status: "resolved" as const, message: "", at: VIEW_AT };
    const silent = incidentView({ componentIds: [], updates: [update] });
    const { items } = await jsonOf(pageView({ openIncidents: [silent] }));
    expect(items[0].content_html).toBe("<p>The status is now: Resolved.</p>");
  });
});

describe("every feed", () => {
  test("shows people's words as words", async () => {
    for (const nasty of NASTY) {
      const update = { id: idOf(900), status: "investigating" as const, message: nasty, at: VIEW_AT };
      const openIncidents = [incidentView({ title: nasty, updates: [update] })];
      const view = pageView({ openIncidents }, { title: nasty, description: nasty });
      const expected = nasty
        .toWellFormed()
        // oxlint-disable-next-line no-control-regex -- what XML 1.0 forbids
        .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
      const plain = (text: unknown): string => String(text).replaceAll(/\s+/g, " ").trim();
      for (const entry of [(await atomOf(view)).entry[0], (await rssOf(view)).channel.item[0]]) {
        const title = String(entry.title["#text"] ?? entry.title);
        const content = String(entry.content?.["#text"] ?? entry.description);
        expect(plain(shown(title))).toBe(plain(`Investigating: ${expected}`));
        // Only our own mark-up.
        expect(title).not.toMatch(/<[a-z!/?]/i);
        expect(content.replace(OURS, "")).not.toMatch(/<[a-z!/?]/i);
      }
      const { items } = await jsonOf(view);
      expect(plain(items[0].title)).toBe(plain(`Investigating: ${expected}`));
      expect(items[0].content_html.replace(OURS, "")).not.toMatch(/<[a-z!/?]/i);
    }
  });

  test("has relative links where nobody configured an address", async () => {
    const local: Partial<PageLook> = { url: null, domain: null };
    const view = pageView({}, local);
    for (const name of ["feed.atom", "feed.rss", "feed.json"]) {
      const text = await textOf(feeds, view, name);
      expect(text).not.toContain("invalid");
      expect(text).toContain(`./#i-${idOf(201)}`);
    }
    expect((await atomOf(view)).link.map((one: Json) => one["@_href"])).toEqual(["./", "./feed.atom"]);
  });

  test("holds the last fifty entries", async () => {
    const openIncidents = Array.from({ length: 40 }, (_, index) =>
      incidentView({
        id: idOf(1_000 + index),
        updates: [1, 2].map((step) => ({
          id: idOf(2_000 + index * 2 + step),
          status: "investigating",
          message: "",
          at: VIEW_AT - index,
        })),
      }),
    );
    expect((await atomOf(pageView({ openIncidents }))).entry).toHaveLength(50);
  });

  test("is read where nothing ever happened", async () => {
    const quiet = pageView({
      openIncidents: [],
      pastIncidents: [],
      activeMaintenance: [],
      upcomingMaintenance: [],
      pastMaintenance: [],
    });
    expect((await atomOf(quiet)).entry).toBeUndefined();
    expect((await rssOf(quiet)).channel.item).toBeUndefined();
    expect((await jsonOf(quiet)).items).toEqual([]);
  });

  test("speaks the page's language", async () => {
    const feed = await atomOf(pageView({}, { language: "de" }));
    expect(feed.title).toBe("Plant: Störungen und Wartungen");
    expect(feed.entry[1].title["#text"]).toBe("Wird beobachtet: Checkout fails");
  });
});

describe("the calendar", () => {
  const readCalendar = async (view = pageView()): Promise<{ text: string; component: ICAL.Component }> => {
    const text = await textOf(calendar, view, "maintenance.ics");
    return {
      text,
      component: new ICAL.Component(ICAL.parse(text) as ConstructorParameters<typeof ICAL.Component>[0]),
    };
  };

  test("is read by a parser that is not ours: what is under way, to come and over", async () => {
    const { text, component } = await readCalendar();
    expect(component.getFirstPropertyValue("version")).toBe("2.0");
    expect(component.getFirstPropertyValue("prodid")).toBe("-//Andon//Andon//EN");
    expect(component.getFirstPropertyValue("x-wr-calname")).toBe("Plant: maintenance");
    const events = component.getAllSubcomponents("vevent").map((one) => new ICAL.Event(one));
    expect(
      events.map(({ uid, summary, startDate, endDate }) => [
        uid,
        summary,
        startDate.toJSDate().toISOString(),
        endDate.toJSDate().toISOString(),
        startDate.zone.tzid,
        endDate.zone.tzid,
      ]),
    ).toEqual([
      // As it began, and as it is planned to end.
      [idOf(402), "New switch", "2026-03-01T11:00:30.000Z", "2026-03-01T13:00:00.000Z", "UTC", "UTC"],
      [idOf(401), "Database move", "2026-03-02T12:00:00.000Z", "2026-03-02T14:00:00.000Z", "UTC", "UTC"],
      // As it went.
      [idOf(403), "Nightly copy", "2026-03-01T03:00:00.000Z", "2026-03-01T03:50:00.000Z", "UTC", "UTC"],
    ]);
    expect(events[1]?.description).toBe("The shop is read-only.\n\nAffects: Shop, Cart");
    for (const one of component.getAllSubcomponents("vevent")) {
      expect(String(one.getFirstPropertyValue("dtstamp"))).toMatch(/Z$/);
      expect(one.getFirstPropertyValue("status")).toBe("CONFIRMED");
      expect(one.getFirstPropertyValue("transp")).toBe("TRANSPARENT");
      expect(one.getFirstPropertyValue("sequence")).toBeNumber();
    }
    // Lines end with CR LF and have no more than 75 octets.
    for (const line of text.split("\r\n")) {
      expect(line).not.toMatch(/[\r\n]/);
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    }
    expect(text).toEndWith("END:VCALENDAR\r\n");
  });

  test("holds people's words as words", async () => {
    for (const nasty of NASTY) {
      const view = pageView(
        { upcomingMaintenance: [maintenanceView({ name: nasty, description: nasty })] },
        { title: nasty },
      );
      const { text, component } = await readCalendar(view);
      expect(component.getAllSubcomponents("vevent")).toHaveLength(3);
      expect(component.getAllSubcomponents("vevent")[1]?.getAllSubcomponents()).toEqual([]);
      expect(text).not.toMatch(/^(?:ATTENDEE|BEGIN:VALARM)/m);
      // oxlint-disable-next-line no-control-regex -- of lines
      expect(text.replaceAll("\r\n", "")).not.toMatch(/[\u0000-\u0008\u000a-\u001f]/);
      const event = new ICAL.Event(component.getAllSubcomponents("vevent")[1] as ICAL.Component);
      const expected = nasty
        .toWellFormed()
        .replaceAll("\r\n", "\n")
        // oxlint-disable-next-line no-control-regex -- what a calendar forbids
        .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\ufffd");
      expect(event.summary).toBe(expected);
    }
  });

  test("has an end after each beginning, to the second", async () => {
    const short = maintenanceView({ status: "ended", startedAt: VIEW_AT - 900, endedAt: VIEW_AT - 800 });
    const { component } = await readCalendar(pageView({ pastMaintenance: [short] }));
    for (const one of component.getAllSubcomponents("vevent")) {
      const { startDate, endDate } = new ICAL.Event(one);
      expect(endDate.compare(startDate)).toBe(1);
    }
  });

  test("rises in sequence when a window is moved, and keeps its ID", async () => {
    const before = maintenanceView({ updatedAt: VIEW_AT - 4_000_000 });
    const after = maintenanceView({ updatedAt: VIEW_AT - 1_000, startsAt: VIEW_AT + 1_000 });
    const sequences: number[] = [];
    for (const one of [before, after]) {
      const { component } = await readCalendar(
        pageView({ activeMaintenance: [], upcomingMaintenance: [one], pastMaintenance: [] }),
      );
      const event = component.getFirstSubcomponent("vevent");
      expect(event?.getFirstPropertyValue("uid")).toBe(idOf(401));
      sequences.push(Number(event?.getFirstPropertyValue("sequence")));
    }
    expect(sequences[1]).toBeGreaterThan(sequences[0] ?? 0);
  });
});
