// In: the compiled executable in an empty directory. Out: its commands, on a running and on a stopped
// instance, and the exit code of every refusal.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Executable, isRoot, placeExecutable } from "./executable";

const TOKEN = "bootstrap-token-of-the-tests-0123456789abcdef";
const BOOTSTRAP = { ANDON_BOOTSTRAP_TOKEN: TOKEN };

let andon: Executable;
beforeEach(() => (andon = placeExecutable()));
afterEach(() => andon.remove());

const call = (url: string, path: string, token: string) =>
  fetch(url + path, { headers: { authorization: `Bearer ${token}` } });

const signIn = (url: string, email: string, password: string) =>
  fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });

describe("the executable", () => {
  test("is one file under 125 MB that needs nothing beside it", async () => {
    expect(statSync(join(andon.directory, "andon")).size).toBeLessThan(125e6);
    const { exitCode, out, err } = await andon.run(["--version"]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out).toMatch(/^andon \d+\.\d+\.\d+$/);
    expect(readdirSync(andon.directory).toSorted()).toEqual(["andon", "data"]);
    expect(readdirSync(andon.dataDir)).toEqual([]);
  });

  test("explains itself", async () => {
    const { exitCode, out } = await andon.run(["--help"]);
    expect(exitCode).toBe(0);
    for (const word of ["serve", "healthcheck", "token create", "user reset-password", "--outbound-mode"])
      expect(out).toContain(word);
  });

  test("shows its configuration without secrets", async () => {
    const { out } = await andon.run(["config"], { env: { ...BOOTSTRAP, ANDON_PORT: "9999" } });
    expect(out).toMatch(/ANDON_PORT\s+9999\s+\(ANDON_PORT\)/);
    expect(out).not.toContain(TOKEN);
    expect(out).toContain("••••");
  });

  test("reads no .env and no bunfig.toml that lie in its directory", async () => {
    writeFileSync(join(andon.directory, ".env"), "ANDON_PORT=12345\nNODE_ENV=development\n");
    writeFileSync(join(andon.directory, "bunfig.toml"), 'preload = ["./evil.ts"]\n');
    writeFileSync(join(andon.directory, "evil.ts"), 'throw new Error("evil ran");\n');
    const { exitCode, out, err } = await andon.run(["config"]);
    expect(exitCode).toBe(0);
    expect(out).not.toContain("12345");
    expect(err).not.toContain("evil");
  });
});

describe("refusals", () => {
  test("of a wrong option have exit code 2 and name it", async () => {
    const { exitCode, err } = await andon.run(["serve"], { env: { ANDON_PORT: "eighty" } });
    expect(exitCode).toBe(2);
    expect(err).toContain("ANDON_PORT must be a whole number");
    expect((await andon.run(["explode"])).exitCode).toBe(2);
    expect((await andon.run(["serve", "--prot", "1"])).exitCode).toBe(2);
  });

  test("of a second instance have exit code 4 and name the first", async () => {
    const running = await andon.serve({ env: BOOTSTRAP });
    const { exitCode, err } = await andon.run(["serve", "--port", "0"], { env: BOOTSTRAP });
    expect(exitCode).toBe(4);
    expect(err).toContain("in use by another Andon");
    expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
  });

  test("of a directory that cannot be written have exit code 6", async () => {
    const locked = join(andon.directory, "locked");
    mkdirSync(locked, { mode: 0o555 });
    chmodSync(locked, 0o555);
    const { exitCode, err } = await andon.run(["serve", "--data-dir", join(locked, "data"), "--port", "0"]);
    expect(exitCode).toBe(6);
    expect(err).toContain("data");
  });

  test("of a port that is taken have exit code 7", async () => {
    const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    try {
      const { exitCode, err } = await andon.run(["serve", "--port", String(taken.port)], { env: BOOTSTRAP });
      expect(exitCode).toBe(7);
      expect(err).toContain("ANDON_PORT");
    } finally {
      await taken.stop(true);
    }
  });

  test("are one JSON line each when they come from the server", async () => {
    const { err } = await andon.run(["serve"], {
      env: { ANDON_TLS_CERT: "no.pem", ANDON_TLS_KEY: "no.key" },
    });
    for (const line of err.split("\n")) expect(JSON.parse(line)).toHaveProperty("level");
  });
});

describe("healthcheck", () => {
  test("is 1 without an instance, 0 with one, and asks nobody else", async () => {
    const before = await andon.run(["healthcheck", "--port", "1"]);
    expect(before.exitCode).toBe(1);
    expect(before.err).toContain("does not answer");
    const running = await andon.serve({ env: BOOTSTRAP });
    const { port } = new URL(running.url);
    const proxy = { HTTP_PROXY: "http://127.0.0.1:1", http_proxy: "http://127.0.0.1:1" };
    const after = await andon.run(["healthcheck", "--port", port], { env: proxy });
    expect(after).toEqual({ exitCode: 0, out: "ready", err: "" });
  });

  test("says why an instance is not ready", async () => {
    const running = await andon.serve();
    const { exitCode, err } = await andon.run(["healthcheck", "--port", new URL(running.url).port]);
    expect(exitCode).toBe(1);
    expect(err).toContain("set-up");
  });

  test("follows the instance to https", async () => {
    const running = await andon.serve({ env: { ...BOOTSTRAP, ANDON_TLS_SELF_SIGNED: "true" } });
    expect(running.url).toStartWith("https://");
    const { exitCode } = await andon.run(["healthcheck", "--port", new URL(running.url).port]);
    expect(exitCode).toBe(0);
  });
});

describe("tokens and users", () => {
  test("are made on a stopped instance", async () => {
    const made = await andon.run(["token", "create", "--name", "plant board", "--role", "viewer"]);
    expect(made.exitCode).toBe(0);
    expect(made.out).toMatch(/^andon_[A-Za-z0-9_-]{43}$/);
    expect(made.err).toContain("plant board");
    const user = await andon.run(["user", "create", "--email", "eve@plant.example", "--password-stdin"], {
      input: "a long enough password\n",
    });
    expect(user).toMatchObject({ exitCode: 0, out: "" });
    const running = await andon.serve();
    expect((await call(running.url, "/api/v1/alerts", made.out)).status).toBe(200);
    expect((await signIn(running.url, "eve@plant.example", "a long enough password")).status).toBe(200);
  });

  test("are made on a running instance, and count at once", async () => {
    const running = await andon.serve();
    const token = await andon.run(["token", "create", "--scope", "ingest"]);
    expect(token.exitCode).toBe(0);
    const heartbeat = await fetch(`${running.url}/api/v1/readings`, {
      method: "POST",
      headers: { authorization: `Bearer ${token.out}`, "content-type": "application/json" },
      body: JSON.stringify({ machine: "press 4", metric: "temperature", value: 21.5 }),
    });
    expect(heartbeat.status).toBe(202);
    expect((await call(running.url, "/api/v1/alerts", token.out)).status).toBe(403);

    const user = await andon.run(["user", "create", "--email", "joe@plant.example", "--role", "editor"]);
    expect(user.exitCode).toBe(0);
    expect((await signIn(running.url, "joe@plant.example", user.out)).status).toBe(200);
    const reset = await andon.run(["user", "reset-password", "--email", "joe@plant.example"]);
    expect(reset.exitCode).toBe(0);
    expect((await signIn(running.url, "joe@plant.example", user.out)).status).toBe(401);
    expect((await signIn(running.url, "joe@plant.example", reset.out)).status).toBe(200);
    const log = running.lines().join("\n");
    for (const secret of [token.out, user.out, reset.out]) expect(log).not.toContain(secret);
  });

  test("that cannot be made say why", async () => {
    const nobody = await andon.run(["user", "reset-password", "--email", "no@plant.example"]);
    expect(nobody).toMatchObject({ exitCode: 1, out: "" });
    expect(nobody.err).toContain("There is no user no@plant.example");
    const weak = await andon.run(["user", "create", "--email", "a@b.example", "--password-stdin"], {
      input: "x",
    });
    expect(weak.exitCode).toBe(1);
    expect(weak.err).toContain("characters");
    expect((await andon.run(["token", "create", "--role", "king"])).exitCode).toBe(2);
  });

  test.if(isRoot)("need the user that runs the instance: its secret is nobody else's", async () => {
    await andon.serve({ env: BOOTSTRAP });
    const file = join(andon.dataDir, "running.json");
    expect(existsSync(file)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
