// Static copies of status pages: up to date within ten seconds, whole files only, taken away as soon as a page is
// no longer for everybody, and nothing touched that is somebody else's.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { clearMirrorFolder, ForeignFolder, openMirrorFolder } from "../../src/status-pages/mirror-folder";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { removeDirectory, temporaryDirectory } from "../harness/store";

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

let root: string;
beforeEach(() => {
  root = temporaryDirectory("andon-mirror-");
});
afterEach(() => removeDirectory(root));

const read = (path: string): string | null => {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
};
const readJson = (path: string): Json => JSON.parse(read(path) ?? "null");
const list = (path = ""): string[] =>
  readdirSync(join(root, path), { recursive: true }).map(String).toSorted();

describe("a page's copy", () => {
  let clock: FakeClock;
  let app: TestApp;
  let shop: string;

  beforeEach(async () => {
    clock = new FakeClock();
    app = await startApp({ clock, config: { mirrorDir: root } });
    shop = (await app.api("POST", "/services", { name: "Shop" })).body.id;
  });
  afterEach(() => app.stop());

  const create = async (more: Record<string, unknown> = {}): Promise<string> => {
    const answer = await app.api("POST", "/status-pages", {
      name: "Plant",
      service_ids: [shop],
      mirror_dir: "public/plant",
      ...more,
    });
    expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
    return answer.body.id as string;
  };

  /** Time passes until it holds, ten seconds at most; files are written beside the clock. */
  const within10s = async (holds: () => boolean): Promise<void> => {
    let passedMs = 0;
    await eventually(
      async () => {
        if (holds()) return true;
        if (passedMs < 10_000) {
          await clock.advance(250);
          passedMs += 250;
        } else await clock.settle();
        return holds();
      },
      (isThere) => isThere,
    );
  };

  /** The list has the ETag of each file once all are written. */
  const isWhole = (): boolean => {
    const files: Record<string, string> = readJson("public/plant/.andon-mirror.json")?.files ?? { none: "" };
    return Object.values(files).every((etag) => etag !== "") && !list("public/plant").includes(".andon-new");
  };

  const statusInCopy = (folder = "public/plant"): string | undefined =>
    readJson(`${folder}/api/v2/summary.json`)?.components[0]?.status;

  test("has all that the page is published as, for a file server that runs as somebody else", async () => {
    await create();
    await within10s(() => read("public/plant/mirror.json") !== null);
    const names = list("public/plant");
    for (const name of [
      "api/v2/summary.json",
      "api/v2/incidents/unresolved.json",
      "feed.atom",
      "feed.rss",
      "feed.json",
      "maintenance.ics",
      "badges/overall.svg",
      `badges/${shop}.svg`,
      `badges/${shop}-90d.svg`,
    ])
      expect(names).toContain(name);
    await eventually(
      async () => list("public/plant"),
      (left) => !left.includes(".andon-new"),
    );
    expect(statSync(join(root, "public/plant/feed.atom")).mode & 0o777).toBe(0o644);
    expect(statSync(join(root, "public/plant/badges")).mode & 0o777).toBe(0o755);
  });

  test("reads in whatever folder a file server has it: each link leads to a file beside it", async () => {
    await create();
    await within10s(() => read("public/plant/mirror.json") !== null);
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: ({ url }) => {
        const path = new URL(url).pathname.replace(/^\/some\/folder/, "").replace(/\/$/, "/index.html");
        return new Response(Bun.file(join(root, path)));
      },
      error: () => new Response(null, { status: 404 }),
    });
    try {
      const base = `http://127.0.0.1:${server.port}/some/folder/public/plant/`;
      const pages = list("public/plant").filter((name) => name.endsWith(".html"));
      expect(pages).toEqual(["history.de.html", "history.html", "index.de.html", "index.html"]);
      for (const page of pages) {
        const text = read(`public/plant/${page}`) ?? "";
        const links = [...text.matchAll(/\s(?:href|src|data-version-file|data-copy)="([^"#]+)"/g)].map(
          ([, link = ""]) => link,
        );
        expect(links).not.toEqual([]);
        for (const link of links) {
          expect(link).not.toMatch(/^(?:\/|[a-z]+:)/);
          expect([link, (await fetch(new URL(link, base + page))).status]).toEqual([link, 200]);
        }
        if (page === "subscribe.html") continue;
        expect(text).toMatch(
          page.includes(".de.") ? "Diese Kopie wurde geschrieben" : "This copy was written",
        );
      }
    } finally {
      await server.stop(true);
    }
    const live = await (await fetch(`${app.url}/status/plant/`)).text();
    expect(live).not.toContain("This copy was written");
  });

  test("is up to date within ten seconds of a change", async () => {
    await create();
    await within10s(() => statusInCopy() === "operational");
    await app.api("POST", `/services/${shop}/status`, { status: "down" });
    await within10s(() => statusInCopy() === "major_outage");
    await within10s(() => (read(`public/plant/badges/${shop}.svg`) ?? "").includes("down"));
    await app.api("POST", "/incidents", {
      title: "Checkout fails",
      severity: "major",
      service_ids: [shop],
      message: "We look into it.",
    });
    await within10s(() => (read("public/plant/feed.rss") ?? "").includes("Checkout fails"));
  });

  test("says when it was written, and each minute that it is still looked after", async () => {
    await create();
    await within10s(() => read("public/plant/mirror.json") !== null);
    const first = readJson("public/plant/mirror.json");
    expect(first.page).toBe("Plant");
    expect(Date.parse(first.written_at)).toBeLessThanOrEqual(clock.now());
    const feed = statSync(join(root, "public/plant/feed.atom"));
    await eventually(
      async () => {
        await clock.advance(10_000);
        return readJson("public/plant/mirror.json");
      },
      ({ checked_at }) => Date.parse(checked_at) >= Date.parse(first.checked_at) + 60_000,
    );
    expect(readJson("public/plant/mirror.json").written_at).toBe(first.written_at);
    // Nothing else was written for that.
    expect(statSync(join(root, "public/plant/feed.atom")).ino).toBe(feed.ino);
  });

  test("loses what the page no longer shows", async () => {
    const cart = (await app.api("POST", "/services", { name: "Cart" })).body.id as string;
    const page = await create({ service_ids: [shop, cart] });
    await within10s(() => read(`public/plant/badges/${cart}.svg`) !== null);
    await app.api("PATCH", `/status-pages/${page}`, { service_ids: [shop] });
    await within10s(() => !list("public/plant").some((name) => name.includes(cart)));
    expect(read(`public/plant/badges/${shop}.svg`)).not.toBeNull();
  });

  test("goes away when the page is no longer for everybody, is moved, or is deleted", async () => {
    const page = await create();
    await within10s(() => read("public/plant/mirror.json") !== null);
    await app.api("PATCH", `/status-pages/${page}`, { mirror_dir: "elsewhere" });
    await within10s(() => read("elsewhere/mirror.json") !== null && !existsSync(join(root, "public/plant")));
    await app.api("PATCH", `/status-pages/${page}`, { visibility: "password", password: "a long password" });
    await within10s(() => !existsSync(join(root, "elsewhere")));
    await app.api("PATCH", `/status-pages/${page}`, { visibility: "public" });
    await within10s(() => read("elsewhere/mirror.json") !== null);
    await app.api("DELETE", `/status-pages/${page}`);
    await within10s(() => !existsSync(join(root, "elsewhere")));
  });

  test("is never made of a page with a password or for some addresses", async () => {
    await create({
      slug: "secret",
      mirror_dir: "secret",
      visibility: "password",
      password: "a long password",
    });
    await create({
      slug: "office",
      mirror_dir: "office",
      visibility: "addresses",
      allowed_addresses: ["10.0.0.0/8"],
    });
    await create();
    await within10s(() => read("public/plant/mirror.json") !== null);
    expect(existsSync(join(root, "secret"))).toBe(false);
    expect(existsSync(join(root, "office"))).toBe(false);
  });

  test("leaves alone what is somebody else's, and says so", async () => {
    mkdirSync(join(root, "blog"));
    writeFileSync(join(root, "blog/index.html"), "my blog");
    const blog = await create({ slug: "blog", mirror_dir: "blog" });
    await create();
    await within10s(() => read("public/plant/mirror.json") !== null);
    const readiness = async (): Promise<Json> => (await fetch(`${app.url}/readyz`)).json();
    await eventually(readiness, ({ warnings }) => warnings.length > 0);
    expect(await readiness()).toMatchObject({
      ready: true,
      warnings: ["mirrors: the folder of a copy holds other files"],
    });
    expect(list("blog")).toEqual(["index.html"]);
    expect(read("blog/index.html")).toBe("my blog");
    await app.api("PATCH", `/status-pages/${blog}`, { mirror_dir: null });
    await eventually(
      async () => {
        await clock.advance(250);
        return readiness();
      },
      ({ warnings }) => warnings.length === 0,
    );
    expect(read("blog/index.html")).toBe("my blog");
  });

  test("a folder belongs to one page, with all that is in it and around it", async () => {
    await create();
    const other = (settings: Record<string, unknown>) =>
      app.api("POST", "/status-pages", { name: "Other", service_ids: [shop], ...settings });
    for (const mirror_dir of ["public/plant", "public/PLANT", "public/plant/api", "public"]) {
      const { status, body } = await other({ mirror_dir });
      expect([mirror_dir, status, body.code, body.field]).toEqual([
        mirror_dir,
        409,
        "mirror_dir_taken",
        "mirror_dir",
      ]);
    }
    const beside = await other({ mirror_dir: "public/plant2" });
    expect(beside.status).toBe(201);
    const path = `/status-pages/${beside.body.id}`;
    expect((await app.api("PATCH", path, { mirror_dir: "public/plant" })).status).toBe(409);
    expect((await app.api("PATCH", path, { mirror_dir: "public/plant2", title: "New" })).status).toBe(200);
  });

  test("a file that was deleted is back within a minute, though nothing has changed", async () => {
    await create();
    await within10s(() => isWhole());
    for (const name of ["index.html", "badges/overall.svg"]) {
      rmSync(join(root, "public/plant", name));
      await eventually(
        async () => {
          await clock.advance(10_000);
          return read(`public/plant/${name}`);
        },
        (text) => text !== null,
      );
    }
  });

  test("is written again where it was lost", async () => {
    await create();
    await within10s(() => isWhole());
    rmSync(join(root, "public"), { recursive: true, maxRetries: 20, retryDelay: 20 });
    await eventually(
      async () => {
        await clock.advance(10_000);
        return read("public/plant/feed.atom") !== null && read("public/plant/mirror.json") !== null;
      },
      (isThere) => isThere,
    );
  });

  test("of a page that went away while nobody looked goes at the next start", async () => {
    const page = await create();
    await within10s(() => read("public/plant/mirror.json") !== null);
    await app.app.stop();
    // As if the deletion had been the last thing before the power went.
    const gone = crypto.randomUUID();
    for (const file of [".andon-mirrors.json", "public/plant/.andon-mirror.json"])
      writeFileSync(join(root, file), (read(file) ?? "").replaceAll(page, gone));
    const again = await startApp({ clock, config: { mirrorDir: root } });
    try {
      await within10s(() => !existsSync(join(root, "public/plant")));
    } finally {
      await again.stop();
    }
  });
});

describe("a copy's folder", () => {
  const file = (name: string, text: string) => ({ name, bytes: Buffer.from(text), etag: `"${text}"` });
  const open = (names: string[], pageId = "page", known = new Map<string, string>()) =>
    openMirrorFolder(join(root, "copy"), { pageId, names, known });

  test("never shows half of a file", async () => {
    const known = new Map<string, string>();
    let isWriting = true;
    const sizes = new Set<number>();
    const reader = (async () => {
      while (isWriting) {
        const bytes = await readFile(join(root, "copy/page.html")).catch(() => null);
        if (bytes !== null) sizes.add(bytes.length);
      }
    })();
    for (let round = 0; round < 60; round++) {
      const folder = await open(["page.html"], "page", known);
      await folder.put(file("page.html", String(round % 10).repeat(200_000)));
      await folder.finish();
    }
    isWriting = false;
    await reader;
    expect([...sizes]).toEqual([200_000]);
  });

  test("belongs to one page", async () => {
    const folder = await open(["a.txt"]);
    await folder.put(file("a.txt", "a"));
    await folder.finish();
    expect(open(["a.txt"], "another page")).rejects.toBeInstanceOf(ForeignFolder);
    await clearMirrorFolder(join(root, "copy"), "another page");
    expect(read("copy/a.txt")).toBe("a");
    await clearMirrorFolder(join(root, "copy"), "page");
    expect(existsSync(join(root, "copy"))).toBe(false);
  });

  test("keeps what others put beside the copy", async () => {
    const folder = await open(["a/b.txt"]);
    await folder.put(file("a/b.txt", "b"));
    await folder.finish();
    writeFileSync(join(root, "copy/a/theirs.txt"), "theirs");
    const next = await open([]);
    await next.finish();
    expect(list("copy")).toEqual([".andon-mirror.json", "a", "a/theirs.txt"]);
    await clearMirrorFolder(join(root, "copy"), "page");
    expect(list("copy")).toEqual(["a", "a/theirs.txt"]);
  });

  test("removes nothing outside, whatever its list says", async () => {
    writeFileSync(join(root, "precious.txt"), "precious");
    mkdirSync(join(root, "copy"));
    const files = { "../precious.txt": "", "a/../../precious.txt": "", "/etc/hostname": "", "..": "" };
    writeFileSync(join(root, "copy/.andon-mirror.json"), JSON.stringify({ page_id: "page", files }));
    const folder = await open([]);
    await folder.finish();
    await clearMirrorFolder(join(root, "copy"), "page");
    expect(read("precious.txt")).toBe("precious");
    expect(existsSync("/etc/hostname")).toBe(true);
  });

  test("knows after a crash what it has begun to write", async () => {
    const folder = await open(["a.txt", "b.txt"]);
    await folder.put(file("a.txt", "a"));
    // No finish: the process died here.
    const next = await open(["c.txt"]);
    await next.put(file("c.txt", "c"));
    await next.finish();
    expect(list("copy")).toEqual([".andon-mirror.json", "c.txt"]);
  });
});
