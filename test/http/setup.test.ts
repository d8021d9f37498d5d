// First start: the one-time link, the race for it, the environment's two ways, and what must not happen.
import { afterEach, describe, expect, test } from "bun:test";
import { createAccess, type Access } from "../../src/access/access";
import { silentLog } from "../../src/core/log";
import { CHEAP, cookieOf, startTestServer, type Answer, type TestServer } from "../harness/server";
import { openTestStore, type TestStore } from "../harness/store";

const PERSON = { email: "ann@plant.example", password: "correct horse battery" };
const NOTHING = { adminEmail: null, adminPassword: null, bootstrapToken: null };

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const fresh = async (): Promise<TestServer> => {
  const run = await startTestServer({ firstStart: { bootstrapToken: null } });
  opened.push(run);
  return run;
};

const complete = (run: TestServer, token: string, more: object = {}): Promise<Answer> =>
  run.call("POST", "/api/v1/setup", { token: null, body: { ...PERSON, ...more, token } });

const countOf = async (run: TestServer, table: string): Promise<number> => {
  const rows = await run.opened.store.engine.query({ sql: `SELECT COUNT(*) FROM ${table}` });
  return Number(rows[0]?.[0]);
};

describe("the wizard", () => {
  test("makes organization, project and administrator, signs in, and closes for ever", async () => {
    const run = await fresh();
    const link = run.access.setup.token ?? "";
    expect(link).toMatch(/^[\w-]{43}$/);
    expect((await run.call("GET", "/api/v1/setup", { token: null })).json).toEqual({ needed: true });
    const answer = await complete(run, link, { name: "Ann", organization: "Plant Nord" });
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({
      user: { email: PERSON.email, name: "Ann", role: "admin" },
      organization: { name: "Plant Nord", slug: "plant-nord" },
    });
    const cookie = cookieOf(answer) ?? "";
    expect((await run.call("GET", "/api/v1/session", { cookie })).status).toBe(200);
    const projects = (await run.call("GET", "/api/v1/projects", { cookie })).json["data"];
    expect(projects).toEqual([expect.objectContaining({ name: "Default", is_default: true, number: 1 })]);
    expect((await run.call("GET", "/api/v1/setup", { token: null })).json).toEqual({ needed: false });
    expect(run.access.setup.token).toBeNull();
    expect((await complete(run, link)).status).toBe(409);
    expect(await countOf(run, "users")).toBe(1);
  });

  test("a hundred at once with the right link make exactly one administrator", async () => {
    const run = await fresh();
    const link = run.access.setup.token ?? "";
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => complete(run, link, { email: `a${index}@plant.example` })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(99);
    expect(await countOf(run, "users")).toBe(1);
    expect(await countOf(run, "organizations")).toBe(1);
  });

  test("a hundred at once without it make none", async () => {
    const run = await fresh();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => complete(run, `guess-${index}`)),
    );
    expect(answers.every(({ status }) => status === 403)).toBe(true);
    expect(await countOf(run, "users")).toBe(0);
    expect(await countOf(run, "organizations")).toBe(0);
  });

  test("five wrong tries kill the link; a new one is told a minute later", async () => {
    const run = await fresh();
    const told: string[] = [];
    run.access.setup.onToken((token) => told.push(token));
    const first = run.access.setup.token ?? "";
    for (let round = 0; round < 5; round++) expect((await complete(run, "wrong")).status).toBe(403);
    expect((await complete(run, first)).status).toBe(403);
    expect(run.access.setup.token).toBeNull();
    await run.clock.advance(60_000);
    expect(told).toHaveLength(2);
    expect(told[0]).toBe(first);
    expect(told[1]).not.toBe(first);
    expect((await complete(run, told[1] ?? "")).status).toBe(201);
  });

  test("a password that is too short costs nothing: the link stays good", async () => {
    const run = await fresh();
    const link = run.access.setup.token ?? "";
    const refused = await complete(run, link, { password: "short" });
    expect([refused.status, refused.json["field"]]).toEqual([422, "password"]);
    expect((await complete(run, link)).status).toBe(201);
  });
});

describe("the environment", () => {
  const withStore = async (): Promise<TestStore> => {
    const store = await openTestStore();
    opened.push({ close: () => store.remove() });
    return store;
  };
  const start = (
    store: TestStore,
    config: Partial<typeof NOTHING | Record<string, string>>,
  ): Promise<Access> =>
    createAccess({
      store: store.store,
      clock: store.clock,
      log: silentLog,
      passwordCost: CHEAP,
      config: { ...NOTHING, ...config },
    });
  const tokensOf = (access: Access): string[] =>
    access.tokens.of(access.organizations.first()?.id ?? "").map(({ id }) => id);
  const ONE = "a-bootstrap-token-of-forty-characters-01";
  const TWO = "a-bootstrap-token-of-forty-characters-02";
  const bearer = (token: string): Request =>
    new Request("http://localhost/", { headers: { authorization: `Bearer ${token}` } });

  test("a bootstrap token closes the wizard; the same is a no-op, another replaces it", async () => {
    const store = await withStore();
    const first = await start(store, { bootstrapToken: ONE });
    expect(first.setup.isNeeded).toBe(false);
    expect(first.setup.token).toBeNull();
    expect(first.organizations.first()).toMatchObject({ name: "Default", number: 1 });
    expect(first.tenants.defaultProject(first.organizations.first()?.id ?? "").name).toBe("Default");
    const [id] = tokensOf(first);
    expect(first.authenticate(bearer(ONE), "admin")).toMatchObject({ role: "admin", scope: "full" });

    const same = await start(store, { bootstrapToken: ONE });
    expect(tokensOf(same)).toEqual([id ?? ""]);

    const other = await start(store, { bootstrapToken: TWO });
    expect(tokensOf(other)).toHaveLength(1);
    expect(tokensOf(other)).not.toEqual([id ?? ""]);
    expect(() => other.authenticate(bearer(ONE), "viewer")).toThrow();
    expect(other.authenticate(bearer(TWO), "admin")).toMatchObject({ role: "admin" });
    expect([...other.tenants.organizations()]).toHaveLength(1);

    // Without the variable the token stays.
    const without = await start(store, {});
    expect(without.authenticate(bearer(TWO), "admin")).toMatchObject({ role: "admin" });
    expect(without.setup.isNeeded).toBe(false);
  });

  test("the pair makes an administrator at the first start and leaves people alone afterwards", async () => {
    const store = await withStore();
    const pair = { adminEmail: PERSON.email, adminPassword: PERSON.password };
    const first = await start(store, pair);
    expect(first.setup.isNeeded).toBe(false);
    const tenantId = first.organizations.first()?.id ?? "";
    const [user] = first.users.of(tenantId);
    await first.users.update(first.system(tenantId), user?.id ?? "", { email: "renamed@plant.example" });
    const again = await start(store, pair);
    expect(again.users.of(tenantId).map(({ email }) => email)).toEqual(["renamed@plant.example"]);
  });

  test.each([
    ["a short token", { bootstrapToken: "short" }, /ANDON_BOOTSTRAP_TOKEN/],
    ["half a pair", { adminEmail: PERSON.email }, /ANDON_ADMIN_PASSWORD/],
    ["a short password", { adminEmail: PERSON.email, adminPassword: "short" }, /ANDON_ADMIN_PASSWORD/],
    ["a wrong address", { adminEmail: "nobody", adminPassword: PERSON.password }, /ANDON_ADMIN_EMAIL/],
  ])("%s is a refusal that names the option and no secret", async (_name, config, pattern) => {
    const store = await withStore();
    const refused = start(store, config);
    await expect(refused).rejects.toMatchObject({ name: "StartupError", exitCode: 2 });
    await expect(refused).rejects.toThrow(pattern);
    expect(await store.store.engine.query({ sql: "SELECT * FROM organizations" })).toEqual([]);
  });

  test("neither the token nor the password is anywhere in the file", async () => {
    const store = await withStore();
    await start(store, { bootstrapToken: ONE, adminEmail: PERSON.email, adminPassword: PERSON.password });
    const tables = await store.store.engine.query({
      sql: "SELECT name FROM sqlite_master WHERE type = 'table'",
    });
    const everything: unknown[] = [];
    for (const [name] of tables)
      everything.push(await store.store.engine.query({ sql: `SELECT * FROM ${String(name)}` }));
    const text = JSON.stringify(everything);
    expect(text).toContain("$argon2id$");
    expect(text).not.toContain(ONE);
    expect(text).not.toContain(PERSON.password);
  });
});
