// The list of webhook receivers says what came to each last, genuine or not, and keeps others' apart.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { createReceiver, type TestReceiver } from "../harness/receivers";

const SECRET = "a secret of the sender";
type Json = Record<string, unknown>;

let clock: FakeClock;
let app: TestApp;
let signed: TestReceiver;
let silent: TestReceiver;

beforeAll(async () => {
  clock = new FakeClock();
  app = await startApp({ clock });
  const service = (await app.api("POST", "/services", { name: "Pushmail" })).body.id;
  signed = await createReceiver(app, { name: "Signed", service_id: service, hmac_secret: SECRET });
  silent = await createReceiver(app, { name: "Silent", service_id: service });
});
afterAll(() => app.stop());

const listed = async (): Promise<Record<string, unknown>> => {
  const { data } = (await app.api("GET", "/webhook-receivers")).body as { data: Json[] };
  return Object.fromEntries(data.map((one) => [String(one["name"]), one["last_delivery"]]));
};

test("nothing has come yet", async () => {
  expect(await listed()).toEqual({ Signed: null, Silent: null });
  expect((await silent.read())["last_delivery"]).toBeNull();
});

test("the last one counts, whether it was genuine or forged", async () => {
  await signed.postSigned({ status: "down" }, SECRET);
  await clock.advance(1_000);
  const forged = await signed.post({ status: "operational" });
  expect(forged.status).toBe(401);
  const [latest] = await signed.deliveries();
  expect(await listed()).toEqual({
    Signed: {
      id: String(latest?.["id"]),
      received_at: String(latest?.["received_at"]),
      result: "auth_failed",
      error: latest?.["error"],
    },
    Silent: null,
  });
  await clock.advance(1_000);
  await signed.postSigned({ status: "operational" }, SECRET);
  expect((await signed.read())["last_delivery"]).toMatchObject({ result: "processed", error: null });
  expect((await listed())["Silent"]).toBeNull();
});
