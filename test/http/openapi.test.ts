// In: the running program's own description of its API. Out: a proof that it is valid OpenAPI, says
// what the routes do, and has not changed unnoticed. `bun run openapi` accepts a change.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { join } from "node:path";
import { listRoutes } from "../../src/http/route-table";
import { startApp, type TestApp } from "../harness/app";

interface Operation {
  operationId: string;
  summary?: string;
  tags?: string[];
  security: unknown[];
  responses: Record<string, { description?: string; $ref?: string }>;
  "x-access": string;
}

interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, unknown>;
}

const SNAPSHOT = join(import.meta.dir, "../golden/openapi.json");

let run: TestApp;
let document: OpenApiDocument;

beforeAll(async () => {
  run = await startApp();
  const answer = await fetch(`${run.url}/docs/json`, { headers: { authorization: `Bearer ${run.token}` } });
  document = (await answer.json()) as OpenApiDocument;
});
afterAll(() => run.stop());

const operations = (): { name: string; operation: Operation }[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );

describe("the document", () => {
  test("is valid OpenAPI 3.1", async () => {
    const result = await new Validator().validate(
      structuredClone(document) as unknown as Record<string, unknown>,
    );
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    expect(document.openapi).toBe("3.1.0");
  });

  test("is the one that was agreed on", async () => {
    // A name here is a change of the API: look at it, then `bun run openapi`.
    const agreed = (await Bun.file(SNAPSHOT).json()) as OpenApiDocument;
    const partsOf = ({ paths, ...rest }: OpenApiDocument): Map<string, string> =>
      new Map(
        [...Object.entries(rest), ...Object.entries(paths)].map(([name, part]) => [
          name,
          JSON.stringify(part),
        ]),
      );
    const [before, now] = [partsOf(agreed), partsOf(document)];
    const names = new Set([...before.keys(), ...now.keys()]);
    expect([...names].filter((name) => before.get(name) !== now.get(name))).toEqual([]);
  });

  test("holds every route that is not a page", () => {
    const documented = new Set(operations().map(({ name }) => name));
    const missing = listRoutes(run.app.parts.server.app)
      .filter(({ path }) => !path.includes("*") && path !== "/" && !/^\/(?:docs|status\/)/.test(path))
      .map(({ method, path }) => `${method} ${path.replace(/:([a-z_]+)/gi, "{$1}").replace(/(.)\/$/, "$1")}`)
      .filter((name) => !documented.has(name) && !/^(?:HEAD|OPTIONS|WS) /.test(name));
    expect(missing).toEqual([]);
  });

  test("names every operation once, with a summary, a tag, and who may call it", () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const bare = operations()
      .filter(({ operation }) => !operation.summary || !operation.tags?.length || !operation["x-access"])
      .map(({ name }) => name);
    expect(bare).toEqual([]);
  });

  test("says of every protected operation that it needs credentials, and of no other", () => {
    for (const { name, operation } of operations()) {
      const isPublic = operation["x-access"] === "public";
      expect(`${name} ${operation.security.length > 0}`).toBe(`${name} ${!isPublic}`);
      // A receiver's sender signs instead of signing in.
      const refuses = !isPublic || /incoming|v2\/alerts/.test(name);
      expect(`${name} ${"401" in operation.responses}`).toBe(`${name} ${refuses}`);
    }
  });

  test("describes every answer", () => {
    const silent = operations().filter(({ operation }) =>
      Object.values(operation.responses).some(({ description, $ref }) => !description && !$ref),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  test("holds what the seeds fix", () => {
    const documented = operations().map(({ name }) => name);
    for (const name of [
      "POST /api/v1/notification-channels",
      "POST /api/v1/notification-channels/{id}/test",
      "POST /api/v1/escalation-policies",
      "GET /api/v1/stream",
      "POST /api/v1/readings",
      "GET /api/v1/alerts",
      "POST /api/v1/alerts/{id}/acknowledge",
      "POST /api/webhooks/incoming/{token}",
    ])
      expect(documented).toContain(name);
  });

  test("holds no secret and names no other host", () => {
    const text = JSON.stringify(document);
    expect(text).not.toContain(run.token);
    expect(text).not.toMatch(/https?:\/\/(?!(?:[a-z0-9-]+\.)*example)/);
  });
});

describe("the page", () => {
  const get = (path: string, headers: Record<string, string> = { authorization: `Bearer ${run.token}` }) =>
    fetch(run.url + path, { headers });

  test("needs a login, and so do the document and the viewer's files", async () => {
    for (const path of ["/docs", "/docs/json", "/docs/assets/swagger-ui.css"]) {
      const answer = await get(path, {});
      expect(answer.status).toBe(401);
      expect(await answer.text()).not.toContain("swagger");
    }
  });

  test("is complete, and loads nothing from elsewhere", async () => {
    const page = await get("/docs");
    const html = await page.text();
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<script>|<style|onload=/);
    const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(named.length).toBeGreaterThan(3);
    for (const path of named) expect(`${path} ${(await get(path)).status}`).toBe(`${path} 200`);
    expect(await (await get("/docs/assets/docs-page.js")).text()).toContain("validatorUrl: null");
  });

  test("has no way to other files", async () => {
    for (const path of ["/docs/assets/package.json", "/docs/assets/../../package.json", "/docs/assets/"])
      expect((await get(path)).status).toBe(404);
  });
});

test("with ANDON_PUBLIC_DOCS nobody needs to log in", async () => {
  const open = await startApp({ config: { publicDocs: true } });
  try {
    for (const path of ["/docs", "/docs/json", "/docs/assets/swagger-ui.css"])
      expect((await fetch(open.url + path)).status).toBe(200);
  } finally {
    await open.stop();
  }
});
