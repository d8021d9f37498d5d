// In: requests of browsers. Out: the web application's files from memory, its page for the client's own
// routes, and nothing for paths that belong to machines.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { assetRoutes } from "../../src/http/assets";
import { decodePack, encodePack, toAssetFile, toAssetSet } from "../../src/http/assets/pack";
import { startTestServer, type TestServer } from "../harness/server";

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

const SCRIPT = "export const answer = 42;\n".repeat(200);
const PICTURE = new Uint8Array([137, 80, 78, 71, 0, 1, 2, 3]);

const files = [
  toAssetFile({
    path: "/index.html",
    contentType: "text/html",
    isImmutable: false,
    bytes: bytesOf("<p>page</p>"),
  }),
  toAssetFile({
    path: "/assets/a-1.js",
    contentType: "text/javascript",
    isImmutable: true,
    bytes: bytesOf(SCRIPT),
  }),
  toAssetFile({ path: "/assets/p-2.png", contentType: "image/png", isImmutable: true, bytes: PICTURE }),
  toAssetFile({
    path: "/docs/assets/viewer.js",
    contentType: "text/javascript",
    isImmutable: false,
    bytes: bytesOf("x"),
  }),
];

let run: TestServer;

beforeAll(async () => {
  const assets = { load: async () => toAssetSet(decodePack(new Uint8Array(encodePack(files)))) };
  run = await startTestServer({ routes: (plugin) => [assetRoutes(plugin, { assets })] });
});
afterAll(() => run.close());

const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  fetch(run.url + path, {
    method,
    headers: { "accept-encoding": "identity", ...headers },
    decompress: false,
  });

describe("an archive", () => {
  test("gives back what went in", () => {
    expect(decodePack(new Uint8Array(encodePack(files)))).toEqual(files);
  });

  test("compresses text, and leaves pictures alone", () => {
    expect(files.map(({ path, isGzip }) => [path, isGzip])).toEqual([
      ["/index.html", false],
      ["/assets/a-1.js", true],
      ["/assets/p-2.png", false],
      ["/docs/assets/viewer.js", false],
    ]);
  });
});

describe("files", () => {
  test("with a hash in their name are kept for ever", async () => {
    const answer = await get("/assets/a-1.js");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(answer.headers.get("content-type")).toBe("text/javascript");
    expect(answer.headers.get("content-encoding")).toBeNull();
    expect(await answer.text()).toBe(SCRIPT);
  });

  test("are sent as they are kept to browsers that take gzip", async () => {
    for (const accepted of ["gzip", "br, gzip;q=0.8", "deflate, GZIP", "*"]) {
      const answer = await get("/assets/a-1.js", { "accept-encoding": accepted });
      expect(answer.headers.get("content-encoding")).toBe("gzip");
      expect(answer.headers.get("vary")).toBe("accept-encoding");
      expect(Buffer.from(Bun.gunzipSync(await answer.arrayBuffer())).toString()).toBe(SCRIPT);
    }
    const refused = await get("/assets/a-1.js", { "accept-encoding": "gzip;q=0" });
    expect(refused.headers.get("content-encoding")).toBeNull();
  });

  test("that the browser has are not sent again", async () => {
    const etag = (await get("/index.html")).headers.get("etag") ?? "";
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const answer = await get("/index.html", { "if-none-match": header });
      expect(answer.status).toBe(304);
      expect(await answer.text()).toBe("");
    }
    expect((await get("/index.html", { "if-none-match": '"other"' })).status).toBe(200);
  });

  test("answer HEAD with the headers alone", async () => {
    const answer = await get("/assets/p-2.png", {}, "HEAD");
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("");
  });
});

describe("the page", () => {
  test("is there for the client's own routes, asked for again each time", async () => {
    for (const path of ["/", "/alerts/12", "/machines/0197", "/setup?token=abc", "/channels"]) {
      const answer = await get(path);
      expect(`${path} ${answer.status}`).toBe(`${path} 200`);
      expect(await answer.text()).toBe("<p>page</p>");
      expect(answer.headers.get("cache-control")).toBe("no-cache");
      expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(answer.headers.get("content-security-policy")).not.toContain("unsafe");
    }
  });

  const strangers = [
    "/api/v1/nothing",
    "/api",
    "/metrics/x",
    "/docs/x",
    "/docs/assets/viewer.js",
    "/assets/b.js",
  ];
  for (const path of [...strangers, "/favicon.ico", "/wp-login.php", "/.env", "/alerts/x.map"])
    test(`is not there for ${path}`, async () => {
      const answer = await get(path);
      expect(answer.status).toBe(404);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    });

  test("takes no other method", async () => {
    expect([404, 405]).toContain((await get("/", {}, "POST")).status);
  });
});
