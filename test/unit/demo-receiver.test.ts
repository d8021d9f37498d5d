// The demo's receiver believes a webhook only with the right secret, signature and age; the same
// webhook-id counts once.
import { afterEach, describe, expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { type AlertWebhook, type Receiver, startReceiver } from "../../src/demo/receiver";

const NOW = Date.UTC(2026, 0, 1);
const mailbox = {
  path: "/maintenance",
  sharedSecret: "shared-secret-of-the-test",
  signingSecret: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
};

const body = JSON.stringify({ event: "alert.triggered", timestamp: "2026-01-01T00:00:00Z", alert: {} });

/** Signed by the reference implementation, not by ours. */
const signedHeaders = (id: string, at: number, secret = mailbox.signingSecret): Record<string, string> => ({
  "x-webhook-secret": mailbox.sharedSecret,
  "webhook-id": id,
  "webhook-timestamp": String(Math.floor(at / 1000)),
  "webhook-signature": new Webhook(secret).sign(id, new Date(at), body),
});

let receiver: Receiver | undefined;
let told: AlertWebhook[] = [];
let refused: string[] = [];

const open = (): Receiver => {
  told = [];
  refused = [];
  receiver = startReceiver({
    mailboxes: [mailbox],
    now: () => NOW,
    onMessage: (_path, webhook) => told.push(webhook),
    onRefused: (_path, reason) => refused.push(reason),
  });
  return receiver;
};

const send = async (headers: Record<string, string>, text = body, path = mailbox.path): Promise<number> =>
  (await fetch(`${receiver?.url}${path}`, { method: "POST", headers, body: text })).status;

afterEach(() => receiver?.stop());

describe("the demo's receiver", () => {
  test("takes what is signed and drops the same webhook-id the second time", async () => {
    open();
    expect(await send(signedHeaders("msg_1", NOW))).toBe(200);
    expect(await send(signedHeaders("msg_1", NOW + 1000))).toBe(200);
    expect(told).toHaveLength(1);
    expect(refused).toEqual([]);
  });

  test("takes one right signature among several", async () => {
    open();
    const headers = signedHeaders("msg_1", NOW);
    const several = `v1,AAAA v1a,xyz ${headers["webhook-signature"]}`;
    expect(await send({ ...headers, "webhook-signature": several })).toBe(200);
    expect(told).toHaveLength(1);
  });

  const forgeries: [string, () => Record<string, string>, string?][] = [
    ["another shared secret", () => ({ ...signedHeaders("m", NOW), "x-webhook-secret": "x" })],
    [
      "another signing secret",
      () => signedHeaders("m", NOW, `whsec_${Buffer.alloc(32, 8).toString("base64")}`),
    ],
    ["another webhook-id", () => ({ ...signedHeaders("m", NOW), "webhook-id": "n" })],
    ["an empty signature", () => ({ ...signedHeaders("m", NOW), "webhook-signature": "v1," })],
    ["a signature of six minutes ago", () => signedHeaders("m", NOW - 360_000)],
    ["a signature of the future", () => signedHeaders("m", NOW + 360_000)],
    ["a timestamp that is no number", () => ({ ...signedHeaders("m", NOW), "webhook-timestamp": "soon" })],
    ["another body", () => signedHeaders("m", NOW), body.replace("triggered", "resolved!")],
  ];
  for (const [title, headers, text] of forgeries)
    test(`refuses ${title}`, async () => {
      open();
      expect(await send(headers(), text)).toBe(401);
      expect(told).toEqual([]);
      expect(refused).toHaveLength(1);
    });

  test("knows no other path and listens on loopback only", async () => {
    const { url, allow } = open();
    expect(await send(signedHeaders("m", NOW), body, "/elsewhere")).toBe(404);
    expect(url).toBe(`http://${allow}`);
    expect(allow).toStartWith("127.0.0.1:");
    expect(told).toEqual([]);
  });
});
