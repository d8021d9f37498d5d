// T21, over the whole application: an ID that somebody planted or stole opens nothing once its owner
// signs in, signs out, changes the password or loses the role, and stays dead over a restart.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { removeDirectory, temporaryDirectory } from "../harness/store";

const EMAIL = "ann@plant.example";
const PASSWORD = "correct horse battery";
const NEW_PASSWORD = "battery horse correct";

let run: TestApp;
let directory: string;

const start = async (): Promise<void> => {
  run = await startApp({
    directory,
    clock: new FakeClock(),
    config: { adminEmail: EMAIL, adminPassword: PASSWORD },
  });
};

beforeEach(async () => {
  directory = temporaryDirectory("andon-sessions-");
  await start();
});
afterEach(async () => {
  await run.stop();
  removeDirectory(directory);
});

const send = async (method: string, path: string, cookie: string | null, body?: unknown): Promise<Answer> => {
  const response = await fetch(`${run.url}/api/v1${path}`, {
    method,
    headers: {
      origin: run.url,
      ...(cookie === null ? {} : { cookie }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? null : (JSON.parse(text) as unknown),
  };
};

const cookieIn = (answer: Answer): string => answer.headers.get("set-cookie")?.split(";")[0] ?? "";

const signIn = async (email = EMAIL, password = PASSWORD, cookie: string | null = null): Promise<string> => {
  const answer = await send("POST", "/session", cookie, { email, password });
  expect(answer.status).toBe(200);
  // The ID is in the cookie and nowhere else.
  expect(JSON.stringify(answer.body)).not.toContain(cookieIn(answer).split("=")[1] ?? "-");
  return cookieIn(answer);
};

/** What the cookie opens: a session, a list, a change. */
const opens = async (cookie: string): Promise<number[]> => [
  (await send("GET", "/session", cookie)).status,
  (await send("GET", "/alerts", cookie)).status,
  (await send("POST", "/alerts/1/acknowledge", cookie, {})).status,
];

const ALIVE = [200, 200, 404];
const DEAD = [401, 401, 401];

const PLANTED = `andon_session=${"A".repeat(43)}`;

describe("a planted ID", () => {
  test("does not become the session of whoever signs in with it", async () => {
    const own = await signIn(EMAIL, PASSWORD, PLANTED);
    expect(own).not.toBe(PLANTED);
    expect(await opens(own)).toEqual(ALIVE);
    expect(await opens(PLANTED)).toEqual(DEAD);
  });

  test("of an attacker's own living session is not handed to the victim", async () => {
    const made = await run.api("POST", "/users", { email: "mallory@plant.example", password: PASSWORD });
    expect(made.status).toBe(201);
    const mallory = await signIn("mallory@plant.example");
    const victim = await signIn(EMAIL, PASSWORD, mallory);
    expect(victim).not.toBe(mallory);
    expect((await send("GET", "/session", victim)).body.user.email).toBe(EMAIL);
    // What came along with the sign-in is over, whosever it was.
    expect(await opens(mallory)).toEqual(DEAD);
  });

  test("is ignored with a second cookie of the name beside it", async () => {
    const own = await signIn();
    expect((await send("GET", "/session", `${PLANTED}; ${own}`)).status).toBe(401);
    expect((await send("GET", "/session", `${own}; ${PLANTED}`)).status).toBe(200);
  });
});

describe("a stolen ID is dead", () => {
  let person: string;
  let stolen: string;
  beforeEach(async () => {
    const made = await run.api("POST", "/users", {
      email: "eva@plant.example",
      password: PASSWORD,
      role: "responder",
    });
    person = String(made.body.id);
    stolen = await signIn("eva@plant.example");
    expect(await opens(stolen)).toEqual(ALIVE);
  });

  const staysDead = async (): Promise<void> => {
    expect(await opens(stolen)).toEqual(DEAD);
    await run.stop();
    await start();
    expect(await opens(stolen)).toEqual(DEAD);
  };

  test("after signing in again in the same browser", async () => {
    const next = await signIn("eva@plant.example", PASSWORD, stolen);
    await staysDead();
    expect(await opens(next)).toEqual(ALIVE);
  });

  test("after signing out", async () => {
    expect((await send("DELETE", "/session", stolen)).status).toBe(204);
    await staysDead();
  });

  test("after the owner changed the password elsewhere; the new session there goes on", async () => {
    const elsewhere = await signIn("eva@plant.example");
    const body = { current_password: PASSWORD, password: NEW_PASSWORD };
    const changed = await send("POST", "/session/password", elsewhere, body);
    expect(changed.status).toBe(204);
    await staysDead();
    expect(await opens(elsewhere)).toEqual(DEAD);
    expect(await opens(cookieIn(changed))).toEqual(ALIVE);
  });

  test("after an administrator set another password", async () => {
    expect((await run.api("PATCH", `/users/${person}`, { password: NEW_PASSWORD })).status).toBe(200);
    await staysDead();
    await signIn("eva@plant.example", NEW_PASSWORD);
  });

  test("after a change of role, up or down: the new role begins with a new ID", async () => {
    for (const role of ["admin", "viewer"]) {
      expect((await run.api("PATCH", `/users/${person}`, { role })).status).toBe(200);
      expect(await opens(stolen)).toEqual(DEAD);
      const next = await signIn("eva@plant.example");
      expect(next).not.toBe(stolen);
      expect((await send("GET", "/session", next)).body.user.role).toBe(role);
      stolen = next;
    }
  });

  test("after the person was deactivated or removed", async () => {
    expect((await run.api("PATCH", `/users/${person}`, { is_active: false })).status).toBe(200);
    expect(await opens(stolen)).toEqual(DEAD);
    expect((await run.api("PATCH", `/users/${person}`, { is_active: true })).status).toBe(200);
    expect(await opens(stolen)).toEqual(DEAD);
    stolen = await signIn("eva@plant.example");
    expect((await run.api("DELETE", `/users/${person}`)).status).toBe(204);
    await staysDead();
  });

  test("and another person's session is not touched by any of it", async () => {
    const other = await signIn();
    await run.api("PATCH", `/users/${person}`, { role: "viewer" });
    await run.api("DELETE", `/users/${person}`);
    expect(await opens(other)).toEqual(ALIVE);
    await run.stop();
    await start();
    expect(await opens(other)).toEqual(ALIVE);
  });
});
