// In: the text of every file in src and web. Out: a proof that the walls stand: who imports whom, which
// package is used where, what nobody may touch, how long a file may be and how it begins.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const ROOT = join(import.meta.dir, "..");

/** In the order of the journey: each may import those after it. */
const SLICES = [
  "intake",
  "monitors",
  "receivers",
  "rules",
  "alerts",
  "escalation",
  "status-pages",
  "incidents",
  "services",
  "notify",
  "channels",
  "delivery",
  "access",
  "operations",
  "http",
];

/** What everybody builds on; each may import those before it. */
const GROUND = ["lib", "core", "store", "journal"];

/** The tops of the tree: nothing below imports them. */
const TOPS: Readonly<Record<string, readonly string[]>> = {
  config: ["lib", "core"],
  wiring: [...GROUND, ...SLICES, "config"],
  demo: ["lib", "core"],
  build: ["config", "http", "workers.ts"],
  cli: [...GROUND, "access", "operations", "config", "demo"],
  "app.ts": [...GROUND, ...SLICES, "config", "wiring"],
  "main.ts": ["app.ts", "cli"],
  "workers.ts": [],
};

/** Delivery and channels share the contract of a channel and the list of those that exist. */
const CONTRACTS = new Set([
  "src/channels/channel.ts",
  "src/channels/directory.ts",
  "src/channels/state-row.ts",
  // The one line of a message is kept for a summary.
  "src/channels/wording.ts",
]);

/** Threads are started through one list of them. */
const MAY_START_THREADS = new Set(["store", "intake", "build"]);

interface SourceFile {
  path: string;
  text: string;
  /** Paths of imported files and names of imported packages; types are not among them. */
  imports: string[];
  /** The same with types. */
  mentions: string[];
}

const transpiler = new Bun.Transpiler({ loader: "ts" });

const resolveImport = (from: string, specifier: string): string => {
  if (!specifier.startsWith(".")) return specifier;
  const path = relative(ROOT, join(ROOT, dirname(from), specifier));
  return /\.[a-z]+$/.test(path) && !path.endsWith(".worker") ? path : `${path}.ts`;
};

const MENTION = /^(?:import|export)\b[^;"']*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gms;

const readSource = (path: string): SourceFile => {
  const text = readFileSync(join(ROOT, path), "utf8");
  const mentioned = [...text.matchAll(MENTION)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
  return {
    path,
    text,
    imports: transpiler.scanImports(text).map((one) => resolveImport(path, one.path)),
    mentions: mentioned.map((specifier) => resolveImport(path, specifier)),
  };
};

const find = (pattern: string): string[] =>
  [...new Bun.Glob(pattern).scanSync({ cwd: ROOT })].map((path) => path.replaceAll("\\", "/")).toSorted();

const sources = find("src/**/*.ts").map(readSource);
const pages = find("web/**/*.ts").map(readSource);

/** `src/rules/desk.ts` is in `rules`; `src/app.ts` is a room of its own. */
const roomOf = (path: string): string => path.split("/")[1] ?? "";

const allowedRooms = (room: string): readonly string[] => {
  const ground = GROUND.indexOf(room);
  if (ground !== -1) return GROUND.slice(0, ground);
  const slice = SLICES.indexOf(room);
  if (slice !== -1) return [...GROUND, ...SLICES.slice(slice + 1)];
  return TOPS[room] ?? [];
};

const isAllowed = (from: string, to: string): boolean => {
  const room = roomOf(from);
  const target = roomOf(to);
  if (target === room || allowedRooms(room).includes(target)) return true;
  if (target === "workers.ts") return MAY_START_THREADS.has(room);
  return room === "delivery" && CONTRACTS.has(to);
};

const findOffences = (files: SourceFile[], judge: (file: SourceFile) => string[]): string[] =>
  files.flatMap((file) => judge(file).map((offence) => `${file.path}: ${offence}`));

describe("imports", () => {
  test("every room of src is known here", () => {
    const known = new Set([...GROUND, ...SLICES, ...Object.keys(TOPS)]);
    expect(sources.map(({ path }) => roomOf(path)).filter((room) => !known.has(room))).toEqual([]);
  });

  test("run downstream only", () => {
    const offences = findOffences(sources, (file) =>
      file.imports.filter((to) => to.startsWith("src/") && !isAllowed(file.path, to)),
    );
    expect(offences).toEqual([]);
  });

  test("lib, core, store and journal take not even types from above", () => {
    const ground = sources.filter(({ path }) => GROUND.includes(roomOf(path)));
    const offences = findOffences(ground, (file) =>
      file.mentions.filter((to) => to.startsWith("src/") && !isAllowed(file.path, to)),
    );
    expect(offences).toEqual([]);
  });

  test("lib uses no package", () => {
    const lib = sources.filter(({ path }) => roomOf(path) === "lib");
    const offences = findOffences(lib, (file) =>
      file.mentions.filter((to) => !/^(?:src\/|node:|bun$|bun:)/.test(to) && to !== "ipaddr.js"),
    );
    expect(offences).toEqual([]);
  });

  test("channel types know neither store nor journal nor clock", () => {
    const managing =
      /\/(?:schema|repository|routes|wire|directory|service|tests|weekly-tests|describe|rotate-secret|handshake|check-channel)\.ts$/;
    const types = sources.filter(({ path }) => roomOf(path) === "channels" && !managing.test(path));
    const offences = findOffences(types, (file) =>
      file.mentions.filter((to) => /^src\/(?:store|journal)\/|^src\/core\/clock\.ts$/.test(to)),
    );
    expect(types.length).toBeGreaterThan(3);
    expect(offences).toEqual([]);
  });

  test("the web application takes only types, and only of the API's models", () => {
    const offences = findOffences(pages, (file) => [
      ...file.imports.filter((to) => to.startsWith("src/")),
      ...file.mentions.filter((to) => to.startsWith("src/") && !to.endsWith("wire.ts")),
    ]);
    expect(offences).toEqual([]);
  });
});

describe("packages", () => {
  const HOMES: readonly { name: string; belongs: RegExp; home: RegExp }[] = [
    {
      name: "Elysia",
      belongs: /^(?:elysia|@elysiajs\/)/,
      home: /^src\/http\/|\/(?:[a-z-]+-)?(?:routes|wire)\.ts$/,
    },
    { name: "drizzle", belongs: /^drizzle-orm/, home: /^src\/store\/|\/(?:schema|repository)\.ts$/ },
    { name: "croner", belongs: /^croner$/, home: /^src\/operations\/(?:scheduler|recurrence)\.ts$/ },
    { name: "prom-client", belongs: /^prom-client$/, home: /^src\/operations\/metrics\.ts$/ },
    { name: "mqtt", belongs: /^mqtt(?:$|\/|-)/, home: /^src\/delivery\/mqtt-connection\.ts$/ },
    // Nothing else may dial: addresses are judged there.
    { name: "nodemailer", belongs: /^nodemailer/, home: /^src\/delivery\// },
    { name: "bun:sqlite", belongs: /^bun:sqlite$/, home: /^src\/(?:store|intake\/samples)\// },
  ];
  for (const { name, belongs, home } of HOMES)
    test(`${name} stays at home`, () => {
      const offences = findOffences(sources, (file) =>
        home.test(file.path) ? [] : file.mentions.filter((to) => belongs.test(to)),
      );
      expect(offences).toEqual([]);
    });
});

describe("globals", () => {
  const BANS: readonly { what: string; pattern: RegExp; allowed: RegExp }[] = [
    { what: "Date.now", pattern: /\bDate\.now\b/, allowed: /^src\/core\/clock\.ts$/ },
    { what: "new Date()", pattern: /\bnew Date\(\s*\)/, allowed: /^$/ },
    {
      what: "performance.now",
      pattern: /\bperformance\.now\b/,
      // Threads measure for themselves.
      allowed: /^src\/core\/clock\.ts$|\.worker\.ts$|^src\/(?:store|intake\/samples)\//,
    },
    { what: "process.env", pattern: /(?<!")\bprocess\.env\b/, allowed: /^src\/config\// },
    { what: "console", pattern: /\bconsole\s*\./, allowed: /^src\/operations\/log\.ts$/ },
    {
      what: "timers",
      pattern: /\b(?:setTimeout|setInterval)\s*\(/,
      // The writer thread has no clock to be given.
      allowed: /^src\/core\/clock\.ts$|\.worker\.ts$/,
    },
    // Fit for jitter and eviction; never where secrets, tokens or IDs are made.
    {
      what: "Math.random",
      pattern: /\bMath\.random\b/,
      allowed: /^src\/(?:demo|delivery|intake|monitors)\//,
    },
    { what: "eval", pattern: /\beval\s*\(|\bnew Function\b/, allowed: /^$/ },
  ];
  for (const { what, pattern, allowed } of BANS)
    test(`${what} only where it belongs`, () => {
      // Without comments and types.
      const offences = findOffences(sources, (file) =>
        !allowed.test(file.path) && pattern.test(transpiler.transformSync(file.text)) ? [what] : [],
      );
      expect(offences).toEqual([]);
    });
});

describe("files", () => {
  const MAX_LINES = 400;

  test(`have at most ${MAX_LINES} lines`, () => {
    const long = find("{src,web}/**/*.{ts,js,css,html}")
      .map((path) => ({ path, lines: readFileSync(join(ROOT, path), "utf8").trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > MAX_LINES)
      .map(({ path, lines }) => `${path}: ${lines} lines`);
    expect(long).toEqual([]);
  });

  test("begin by saying what comes in and what goes out", () => {
    const silent = [...sources, ...pages].filter(({ text }) => {
      const head = text.split("\n").slice(0, 4).join(" ");
      return !/^\/\/ In(?::| and out:)/.test(text) || !/\b[Oo]ut:/.test(head);
    });
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test("leave nothing for later", () => {
    const unfinished = findOffences([...sources, ...pages], ({ text }) =>
      /\b(?:TODO|FIXME|XXX|HACK)\b/.test(text) ? ["unfinished"] : [],
    );
    expect(unfinished).toEqual([]);
  });

  test("nothing in web names another host", () => {
    // A namespace is a name, not an address; the rest are examples that people read in forms.
    const harmless = /^https?:\/\/(?:www\.w3\.org\/|(?:[a-z0-9-]+\.)*example(?:\.[a-z]+)?\b|…|\$\{)/;
    const named = find("web/**/*.{ts,css,html,svg}").flatMap((path) =>
      [...readFileSync(join(ROOT, path), "utf8").matchAll(/https?:\/\/[^\s"'`)<]+/g)]
        .map(([url]) => url)
        .filter((url) => !harmless.test(url))
        .map((url) => `${path}: ${url}`),
    );
    expect(named).toEqual([]);
  });

  test("nothing puts raw HTML into a page", () => {
    const raw = findOffences(pages, ({ text }) =>
      /unsafeHTML|unsafeSVG|unsafeStatic|\.innerHTML\s*=|insertAdjacentHTML|document\.write/.test(text)
        ? ["raw HTML"]
        : [],
    );
    expect(raw).toEqual([]);
  });
});
