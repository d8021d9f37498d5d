// Users, projects and the organization by their API: shapes, duplicates, the last administrator, and
// that one tenant never sees another.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startTestServer, type TestServer } from "../harness/server";
import { checkTenantIsolation, createOtherTenant } from "../harness/tenant-isolation";

const PASSWORD = "correct horse battery";
let run: TestServer;
const used = new Set<string>();
beforeEach(async () => {
  used.clear();
  run = await startTestServer({ isProjectUsed: (_tenantId, id) => used.has(id) });
});
afterEach(() => run.close());

const createUser = async (email: string, role = "viewer"): Promise<string> => {
  const made = await run.call("POST", "/api/v1/users", { body: { email, password: PASSWORD, role } });
  expect(made.status).toBe(201);
  return String(made.json["id"]);
};

describe("users", () => {
  test("have no password in any answer and are listed newest first, by pages", async () => {
    for (let number = 1; number <= 5; number++) await createUser(`u${number}@plant.example`);
    const first = await run.call("GET", "/api/v1/users?limit=2");
    const emails = (answer: typeof first): unknown[] =>
      (answer.json["data"] as { email: string }[]).map(({ email }) => email);
    expect(emails(first)).toEqual(["u5@plant.example", "u4@plant.example"]);
    const rest = await run.call("GET", `/api/v1/users?limit=3&cursor=${String(first.json["next_cursor"])}`);
    expect(emails(rest)).toEqual(["u3@plant.example", "u2@plant.example", "u1@plant.example"]);
    expect(rest.json["next_cursor"]).toBeNull();
    expect(first.text + rest.text).not.toMatch(/argon|password/);
  });

  test("are unique by address, whatever its case, also when created at once", async () => {
    await createUser("ann@plant.example");
    const again = await run.call("POST", "/api/v1/users", {
      body: { email: "ANN@plant.example", password: PASSWORD },
    });
    expect([again.status, again.json["code"], again.json["field"]]).toEqual([409, "duplicate", "email"]);
    const racing = await Promise.all(
      Array.from({ length: 5 }, () =>
        run.call("POST", "/api/v1/users", { body: { email: "bob@plant.example", password: PASSWORD } }),
      ),
    );
    expect(racing.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  test("the last administrator can be neither removed nor demoted nor deactivated", async () => {
    const ann = await createUser("ann@plant.example", "admin");
    for (const [method, body] of [
      ["DELETE", undefined],
      ["PATCH", { role: "editor" }],
      ["PATCH", { is_active: false }],
    ] as const) {
      const refused = await run.call(method, `/api/v1/users/${ann}`, { body });
      expect([refused.status, refused.json["code"]]).toEqual([409, "last_administrator"]);
    }
    const bob = await createUser("bob@plant.example", "admin");
    // Both at once: one goes, one stays.
    const answers = await Promise.all(
      [ann, bob].map((id) => run.call("PATCH", `/api/v1/users/${id}`, { body: { role: "viewer" } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test("wrong fields are named", async () => {
    const cases: [unknown, string][] = [
      [{ email: "nobody", password: PASSWORD }, "email"],
      [{ email: "a@b.example", password: "short" }, "password"],
      [{ email: "a@b.example", password: PASSWORD, role: "root" }, "role"],
      [{ email: "a@b.example", password: PASSWORD, is_admin: true }, "is_admin"],
      [{ password: PASSWORD }, "email"],
    ];
    for (const [body, field] of cases) {
      const refused = await run.call("POST", "/api/v1/users", { body });
      expect([refused.status, refused.json["field"]]).toEqual([422, field]);
      expect(refused.text).not.toContain("short");
    }
  });

  test("every change is journalled, without secrets", async () => {
    const id = await createUser("ann@plant.example", "editor");
    await run.call("PATCH", `/api/v1/users/${id}`, {
      body: { role: "viewer", password: "another password" },
    });
    await run.call("DELETE", `/api/v1/users/${id}`);
    const rows = await run.opened.store.engine.query({
      sql: "SELECT kind, data, actor FROM journal WHERE subject_id = ? ORDER BY seq",
      params: [id],
    });
    expect(rows.map(([kind]) => kind)).toEqual(["config.created", "config.updated", "config.deleted"]);
    expect(JSON.parse(String(rows[1]?.[1]))).toEqual({
      object: "user",
      id,
      name: "ann",
      changes: { role: "viewer", password: "changed" },
    });
    expect(JSON.parse(String(rows[0]?.[2]))).toMatchObject({ kind: "token", name: "ANDON_BOOTSTRAP_TOKEN" });
    expect(JSON.stringify(rows)).not.toMatch(/argon|horse|another/);
  });
});

describe("projects and the organization", () => {
  test("a project has a number and a slug; names and slugs are unique", async () => {
    const made = await run.call("POST", "/api/v1/projects", { body: { name: "Straße 1 – Süd" } });
    expect(made.json).toMatchObject({ number: 2, slug: "strasse-1-sud", is_default: false });
    const same = await run.call("POST", "/api/v1/projects", { body: { name: "Straße 1 – Süd" } });
    expect([same.status, same.json["field"]]).toEqual([409, "name"]);
    const slug = await run.call("POST", "/api/v1/projects", { body: { name: "x", slug: "strasse-1-sud" } });
    expect([slug.status, slug.json["field"]]).toEqual([409, "slug"]);
    const close = await run.call("POST", "/api/v1/projects", { body: { name: "Strasse 1 Süd" } });
    expect(close.json["slug"]).toBe("strasse-1-sud-2");
    const bad = await run.call("POST", "/api/v1/projects", { body: { name: "y", slug: "No Slug" } });
    expect([bad.status, bad.json["field"]]).toEqual([422, "slug"]);
    const renamed = await run.call("PATCH", `/api/v1/projects/${String(made.json["id"])}`, {
      body: { name: "South" },
    });
    expect(renamed.json).toMatchObject({ name: "South", slug: "strasse-1-sud" });
  });

  test("the default project and one that machines use stay", async () => {
    const [standard] = [...run.access.tenants.projectsOf(run.tenantId)];
    const refused = await run.call("DELETE", `/api/v1/projects/${standard?.id}`);
    expect([refused.status, refused.json["code"]]).toEqual([409, "default_project"]);
    const made = await run.call("POST", "/api/v1/projects", { body: { name: "Line 2" } });
    const id = String(made.json["id"]);
    used.add(id);
    expect((await run.call("DELETE", `/api/v1/projects/${id}`)).json["code"]).toBe("project_in_use");
    used.delete(id);
    expect((await run.call("DELETE", `/api/v1/projects/${id}`)).status).toBe(204);
    expect(run.access.tenants.project(run.tenantId, id)).toBeUndefined();
  });

  test("an organization can be read and renamed by its own people only", async () => {
    const renamed = await run.call("PATCH", `/api/v1/organizations/${run.tenantId}`, {
      body: { name: "Plant" },
    });
    expect(renamed.json).toMatchObject({ name: "Plant", slug: "default", number: 1 });
    expect(run.access.tenants.organization(run.tenantId)?.name).toBe("Plant");
    const list = await run.call("GET", "/api/v1/organizations");
    expect(list.json["data"]).toEqual([renamed.json]);
  });
});

describe("another tenant", () => {
  test("gets for each ID the very answer of an unknown one, on every route with an ID", async () => {
    const other = await createOtherTenant(run);
    const user = await createUser("ann@plant.example");
    const token = await run.call("POST", "/api/v1/api-tokens", { body: { name: "mine" } });
    const project = await run.call("POST", "/api/v1/projects", { body: { name: "Mine" } });
    const checked = await checkTenantIsolation(run, {
      token: other.token,
      ids: {
        "/api/v1/users/:id": user,
        "/api/v1/api-tokens/:id": String(token.json["id"]),
        "/api/v1/projects/:id": String(project.json["id"]),
        "/api/v1/organizations/:id": run.tenantId,
      },
      bodies: { PATCH: { name: "taken" } },
    });
    expect(checked.differences).toEqual([]);
    expect(checked.unknownRoutes).toEqual([]);
    expect(checked.count).toBe(11);
  });

  test("has lists of its own", async () => {
    const other = await createOtherTenant(run);
    await createUser("ann@plant.example");
    for (const path of ["/api/v1/users", "/api/v1/api-tokens", "/api/v1/projects", "/api/v1/organizations"]) {
      const mine = await run.call("GET", path);
      const theirs = await run.call("GET", path, { token: other.token });
      const ids = (answer: typeof mine): string[] =>
        (answer.json["data"] as { id: string }[]).map(({ id }) => id);
      expect(ids(mine).filter((id) => ids(theirs).includes(id))).toEqual([]);
    }
  });
});
