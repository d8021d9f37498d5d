// In: /api/v1/status-pages and /status over HTTP. Out: pages as editors set them and as the public reads them,
// and what neither may do.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { TINY_PICTURE } from "../harness/operations";
import { idOf, must } from "../harness/status-page";

let run: TestApp;
let service: string;
let other: string;
let count = 0;

beforeAll(async () => {
  // Time stands still: no downtime grows between two readings.
  run = await startApp({ clock: new FakeClock() });
  service = await idOf(run, "/services", { name: "Conveyor", group: "Line 1" });
  other = await idOf(run, "/services", { name: "Secret oven", group: "Line 2" });
});
afterAll(() => run.stop());

const create = (body: Record<string, unknown>): Promise<Answer> =>
  run.api("POST", "/status-pages", { name: `Page ${++count}`, service_ids: [service], ...body });

interface Read {
  status: number;
  headers: Headers;
  text: string;
}

const read = async (path: string, init: RequestInit = {}): Promise<Read> => {
  const response = await fetch(`${run.url}/status/${path}`, { redirect: "manual", ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe("an editor", () => {
  test("decides the order: named services first, as they were named, then groups, as they were named", async () => {
    const make = (name: string, group: string, order = 0): Promise<string> =>
      idOf(run, "/services", { name, group, order });
    const [last, first] = [await make("Alpha", "Third"), await make("Zulu", "First")];
    await make("Bravo", "Second", 2);
    await make("Yankee", "Second", 1);
    await make("Charlie", "Fourth");
    const { body } = await create({ service_ids: [first, last], groups: ["Second", "Fourth"] });
    const namesOn = async (): Promise<string[]> => {
      const { text } = await read(`${body.slug}/api/v2/components.json`);
      const { components } = JSON.parse(text) as { components: { name: string; group: boolean }[] };
      return components.filter(({ group }) => !group).map(({ name }) => name);
    };
    expect(await namesOn()).toEqual(["Zulu", "Alpha", "Yankee", "Bravo", "Charlie"]);
    await run.api("PATCH", `/status-pages/${body.id}`, {
      service_ids: [last, first],
      groups: ["Fourth", "Second"],
    });
    expect(await namesOn()).toEqual(["Alpha", "Zulu", "Charlie", "Yankee", "Bravo"]);
  });

  test("creates a page with a name and services; the rest has defaults", async () => {
    const { status, body } = await create({ name: "Werk Süd: Halle 3" });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: body.id,
      name: "Werk Süd: Halle 3",
      slug: "werk-sud-halle-3",
      path: "/status/werk-sud-halle-3",
      title: "Werk Süd: Halle 3",
      description: "",
      service_ids: [service],
      groups: [],
      visibility: "public",
      has_password: false,
      allowed_addresses: [],
      domain: null,
      announcement: "",
      announcement_tone: "info",
      accent_color: null,
      website_url: null,
      language: "en",
      time_zone: "UTC",
      noindex: false,
      show_uptime: true,
      show_history_days: 15,
      email_channel_id: null,
      allow_email_subscribers: true,
      allow_webhook_subscribers: false,
      mirror_dir: null,
      has_logo: false,
      created_at: body.created_at,
      updated_at: body.created_at,
    });
    expect((await run.api("GET", `/status-pages/${body.id}`)).body).toEqual(body);
    expect((await run.api("GET", "/status-pages")).body.data).toContainEqual(body);
  });

  test("changes it, and the audit trail says what, without the password", async () => {
    const { body } = await create({});
    const changed = await run.api("PATCH", `/status-pages/${body.id}`, {
      title: "Changed",
      visibility: "password",
      password: "canary-password-1",
      groups: ["Line 1"],
      accent_color: "#AA00FF",
    });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      title: "Changed",
      has_password: true,
      groups: ["Line 1"],
      service_ids: [service],
      accent_color: "#aa00ff",
    });
    const rows = await run.store.engine.query({
      sql: "SELECT kind, data FROM journal WHERE subject_id = ? ORDER BY seq",
      params: [body.id],
    });
    expect(rows.map(([kind]) => kind)).toEqual(["config.created", "config.updated"]);
    expect(JSON.parse(String(rows[1]?.[1]))).toEqual({
      object: "status_page",
      id: body.id,
      name: body.name,
      changes: {
        title: "Changed",
        visibility: "password",
        password: "••••",
        groups: ["Line 1"],
        accent_color: "#aa00ff",
      },
    });
    const everything = JSON.stringify([changed.body, rows]);
    expect(everything).not.toContain("canary-password-1");
    expect(everything).not.toContain("argon2");
  });

  test("a page that is public again has no password left", async () => {
    const { body } = await create({ visibility: "password", password: "long enough" });
    await must(run, "PATCH", `/status-pages/${body.id}`, { visibility: "public" });
    const again = await run.api("PATCH", `/status-pages/${body.id}`, { visibility: "password" });
    expect([again.status, again.body.field]).toEqual([422, "password"]);
  });

  test("deletes it, and nobody reads it any more", async () => {
    const { body } = await create({ slug: "short-lived" });
    expect((await read("short-lived")).status).toBe(200);
    expect((await run.api("DELETE", `/status-pages/${body.id}`)).status).toBe(204);
    expect((await read("short-lived")).status).toBe(404);
    expect((await run.api("GET", `/status-pages/${body.id}`)).status).toBe(404);
    expect((await create({ slug: "short-lived" })).status).toBe(201);
  });

  test("a service that is deleted leaves the page", async () => {
    const passing = await idOf(run, "/services", { name: "Passing" });
    const { body } = await create({ service_ids: [service, passing], slug: "passing" });
    expect((await read("passing")).text).toContain("Passing");
    await run.api("DELETE", `/services/${passing}`);
    expect((await run.api("GET", `/status-pages/${body.id}`)).body.service_ids).toEqual([service]);
    expect((await read("passing")).text).not.toContain(">Passing<");
    expect((await run.api("PATCH", `/status-pages/${body.id}`, { title: "Still there" })).status).toBe(200);
  });

  const REFUSED: readonly [Record<string, unknown>, string][] = [
    [{ service_ids: ["00000000-0000-7000-8000-000000000000"] }, "service_ids.0"],
    [{ service_ids: [], groups: [] }, "service_ids"],
    [{ service_ids: undefined }, "service_ids"],
    [{ slug: "Not A Slug" }, "slug"],
    [{ slug: "-x" }, "slug"],
    [{ title: " " }, "title"],
    [{ visibility: "secret" }, "visibility"],
    [{ visibility: "password" }, "password"],
    [{ visibility: "password", password: "short" }, "password"],
    [{ password: "long enough" }, "password"],
    [{ visibility: "addresses" }, "allowed_addresses"],
    [{ visibility: "addresses", allowed_addresses: ["10.0.0.0/8", "plant"] }, "allowed_addresses.1"],
    [{ domain: "http://status.example.com" }, "domain"],
    [{ domain: "status.example.com:8443" }, "domain"],
    [{ domain: "192.0.2.1" }, "domain"],
    [{ domain: "localhost" }, "domain"],
    [{ accent_color: "red" }, "accent_color"],
    [{ accent_color: "#12345" }, "accent_color"],
    [{ website_url: "javascript:alert(1)" }, "website_url"],
    [{ website_url: "//example.com" }, "website_url"],
    [{ language: "fr" }, "language"],
    [{ time_zone: "Mars/Olympus" }, "time_zone"],
    [{ show_history_days: 91 }, "show_history_days"],
    [{ show_history_days: 1.5 }, "show_history_days"],
    [{ email_channel_id: "00000000-0000-7000-8000-000000000000" }, "email_channel_id"],
    [{ mirror_dir: "public" }, "mirror_dir"],
    [{ mirror_dir: "../../etc" }, "mirror_dir"],
    [{ mirror_dir: "/var/www" }, "mirror_dir"],
    [{ custom_css: "body{}" }, "custom_css"],
    [{ html: "<b>" }, "html"],
  ];
  test.each(REFUSED)("is told which field of %j is wrong", async (body, field) => {
    const answer = await create(body);
    expect([answer.status, answer.body.field]).toEqual([422, field]);
  });

  test("reads what to write instead, not a pattern", async () => {
    const told = async (body: Record<string, unknown>) => (await create(body)).body.detail;
    expect(await told({ slug: "Not A Slug" })).toBe(
      "slug must be small letters, digits and hyphens between them, such as plant-2.",
    );
    expect(await told({ accent_color: "red" })).toBe(
      "accent_color must be a colour such as #0b5cad or null.",
    );
  });

  test("slugs and domains belong to one page", async () => {
    await create({ slug: "taken", domain: "Status.Taken.Example" });
    const slug = await create({ slug: "taken" });
    expect([slug.status, slug.body.code, slug.body.field]).toEqual([409, "slug_taken", "slug"]);
    const domain = await create({ domain: "status.taken.example" });
    expect([domain.status, domain.body.code, domain.body.field]).toEqual([409, "domain_taken", "domain"]);
    const made = await create({ name: "taken" });
    expect(made.body.slug).toBe("taken-2");
  });

  test("two who create the same slug at once: one gets it", async () => {
    const answers = await Promise.all([create({ slug: "raced" }), create({ slug: "raced" })]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  test("sets a logo that is a picture, and nothing else", async () => {
    const { body } = await create({ slug: "with-logo" });
    const path = `/status-pages/${body.id}/logo`;
    expect((await run.api("GET", path)).status).toBe(404);
    const set = await run.api("PUT", path, { data: `data:text/html;base64,${TINY_PICTURE}` });
    expect([set.status, set.body.has_logo]).toEqual([200, true]);
    const own = await run.api("GET", path);
    expect([own.status, own.headers.get("content-type")]).toEqual([200, "image/png"]);
    const name = /src="with-logo\/(logo-[0-9a-f]+\.png)"/.exec((await read("with-logo")).text)?.[1] ?? "";
    const shown = await read(`with-logo/${name}`);
    expect([shown.status, shown.headers.get("content-type")]).toEqual([200, "image/png"]);
    expect(shown.headers.get("content-security-policy")).toContain("sandbox");

    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>').toString("base64");
    for (const data of [svg, "not base64!", Buffer.from("GIF89a").toString("base64")]) {
      const refused = await run.api("PUT", path, { data });
      expect([refused.status, refused.body.field]).toEqual([422, "data"]);
    }
    const large = Buffer.concat([Buffer.from(TINY_PICTURE, "base64"), Buffer.alloc(256 * 1024)]);
    expect((await run.api("PUT", path, { data: large.toString("base64") })).status).toBe(422);

    expect((await run.api("DELETE", path)).body.has_logo).toBe(false);
    expect((await read("with-logo")).text).not.toContain("<img");
    expect((await run.api("GET", path)).status).toBe(404);
  });
});

describe("the public", () => {
  test("reads the page without anything but its address, and never gets a session", async () => {
    await create({ slug: "open", title: "Open page", description: "What we run." });
    const page = await read("open");
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("set-cookie")).toBeNull();
    expect(page.headers.get("content-security-policy")).toStartWith("default-src 'none'; style-src 'self';");
    expect(page.text).toContain("Open page");
    expect(page.text).toContain("What we run.");
    expect(page.text).toContain("Conveyor");
    expect(page.text).toContain("Line 1");
    expect(page.text).not.toContain("Secret oven");
    expect(page.text.match(/<i class="[odxmn]"/g)?.length).toBe(90);
  });

  test("every address in it is relative, with and without a slash at the end", async () => {
    await create({ slug: "relative" });
    for (const [path, prefix] of [
      ["relative", "relative/"],
      ["relative/", ""],
    ] as const) {
      const { text } = await read(path);
      const links = [...text.matchAll(/(?:href|src|data-version-file|action)="([^"#]+)"/g)].map(
        ([, link]) => link ?? "",
      );
      expect(links.length).toBeGreaterThan(4);
      for (const link of links) {
        expect(link).toStartWith(prefix);
        expect(link).not.toMatch(/^(?:[a-z]+:|\/)/);
        expect((await read(new URL(link, `http://x/status/${path}`).pathname.slice(8))).status).toBe(200);
      }
      expect(text).not.toContain("http://");
      expect(text).not.toMatch(/<script(?! src=)|<style|\son[a-z]+=|style="/);
    }
  });

  test("a browser that has it is told so; without compression it gets the same page", async () => {
    await create({ slug: "cached" });
    const first = await read("cached/");
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    const again = await read("cached/", { headers: { "if-none-match": etag } });
    expect([again.status, again.text]).toEqual([304, ""]);
    const plain = await read("cached/", { headers: { "accept-encoding": "identity" } });
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(plain.text).toBe(first.text);
    const style = /href="(style-[0-9a-f]+\.css)"/.exec(first.text)?.[1] ?? "";
    expect((await read(`cached/${style}`)).headers.get("cache-control")).toContain("immutable");
  });

  test("sees a change at once, after the answer to whoever made it", async () => {
    await create({ slug: "at-once" });
    for (const status of ["down", "operational", "degraded", "operational"]) {
      await must(run, "POST", `/services/${service}/status`, { status });
      const { text } = await read("at-once/");
      const word = { down: "All systems are down", degraded: "Some systems are degraded" }[status];
      expect(text).toContain(word ?? "All systems are operational");
    }
  });

  test("is not told anew when something else changes", async () => {
    await create({ slug: "elsewhere" });
    const version = async (): Promise<string> => (await read("elsewhere/version.json")).text;
    const before = await version();
    await must(run, "POST", `/services/${other}/status`, { status: "down" });
    await must(run, "POST", "/incidents", { title: "Oven", severity: "major", service_ids: [other] });
    expect(await version()).toBe(before);
    await must(run, "POST", `/services/${other}/status`, { status: "operational" });
  });

  test("finds nothing where there is nothing", async () => {
    await create({ slug: "sparse" });
    for (const path of ["nobody", "sparse/nothing", "sparse/@en", "sparse/api/v2/nothing.json", "a/b/c"])
      expect((await read(path)).status).toBe(404);
  });

  test("is told so in a sentence where a browser asks, in its language", async () => {
    for (const path of ["nobody", "nobody/history.html"]) {
      const headers = { accept: "text/html,*/*;q=0.8", "accept-language": "fr, de-CH;q=0.9, en;q=0.8" };
      const { status, headers: answered, text } = await read(path, { headers });
      expect([status, answered.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
      expect(text).toContain("Diese Seite gibt es nicht");
      expect(answered.get("content-security-policy")).toStartWith("default-src 'none'; style-src 'sha256-");
    }
    expect((await read("nobody")).headers.get("content-type")).toBe("application/problem+json");
  });

  test("chooses the language", async () => {
    await create({ slug: "languages", language: "de" });
    expect((await read("languages")).text).toContain('<html lang="de">');
    expect((await read("languages?lang=en")).text).toContain('<html lang="en">');
    expect((await read("languages/index.en.html")).text).toContain("All systems are operational");
    expect((await read("languages/history.html")).text).toContain("Verlauf");
    expect((await read("languages/?lang=fr")).text).toContain('<html lang="de">');
  });

  test("search engines are asked to stay away where the editor says so", async () => {
    await create({ slug: "hidden-from-search", noindex: true });
    expect((await read("hidden-from-search")).text).toContain('name="robots" content="noindex, nofollow"');
  });
});
