// T20. In: guessers from as many addresses as there are guesses, who fill the line in front of the
// password check. Out: somebody at work is let in before them. `bun run faults sign-in-flood` has 10,000.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";

const PASSWORD = "correct horse battery";
const GUESSERS = 60;
/** Dear enough that the line stands still while everybody comes. */
const COST = { memoryKib: 16_384, passes: 1 };

let run: TestApp;
beforeAll(async () => {
  run = await startApp({ config: { trustedProxies: ["127.0.0.1"] }, seams: { passwordCost: COST } });
  for (const name of ["ann", "bob"])
    await run.api("POST", "/users", { email: `${name}@plant.example`, password: PASSWORD });
});
afterAll(() => run.stop());

const signIn = async (email: string, password: string, address: string): Promise<number> => {
  const response = await fetch(`${run.url}/api/v1/session`, {
    method: "POST",
    keepalive: false,
    headers: { "content-type": "application/json", "x-forwarded-for": address },
    body: JSON.stringify({ email, password }),
  });
  await response.arrayBuffer();
  return response.status;
};

/** The place at which each comes to an answer when `email` arrives behind all guessers. */
const placeBehindGuessers = async (email: string, address: string, net: number): Promise<number> => {
  const order: string[] = [];
  const guesses = Array.from({ length: GUESSERS }, (_, index) =>
    signIn(`x${index}@plant.example`, "wrong password", `198.51.${net}.${index}`).then(() =>
      order.push("guesser"),
    ),
  );
  while (run.app.parts.server.inFlight < GUESSERS / 2 && order.length === 0)
    await new Promise((resolve) => setImmediate(resolve));
  const status = await signIn(email, PASSWORD, address);
  expect(status).toBe(200);
  const place = order.length;
  await Promise.all(guesses);
  return place;
};

test("where somebody is signed in, guessers from everywhere are not waited for", async () => {
  expect(await signIn("ann@plant.example", PASSWORD, "10.0.0.5")).toBe(200);
  const colleague = await placeBehindGuessers("bob@plant.example", "10.0.0.5", 100);
  const stranger = await placeBehindGuessers("bob@plant.example", "203.0.113.9", 101);
  expect(colleague).toBeLessThan(stranger);
  expect(colleague).toBeLessThan(GUESSERS / 2);
});
