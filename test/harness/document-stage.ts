// In: a handler of a document. Out: the whole program beside it, a receiver in between that records what
// comes and asks the handler, and forgeries of what came.
import { expect, setSystemTime } from "bun:test";
import { Webhook } from "standardwebhooks";
import type { Config } from "../../src/config/config";
import { startApp, type Answer, type TestApp } from "./app";
import { FakeClock } from "./clock";
import type { DocumentHandler } from "./document-handlers";
import { eventually } from "./eventually";
import { openScriptedReceiver, type ReceivedRequest, type ScriptedReceiver } from "./scripted-receiver";

type Fields = Record<string, unknown>;

export interface DocumentStage {
  readonly app: TestApp;
  readonly clock: FakeClock;
  readonly receiver: ScriptedReceiver;
  api(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Of a channel, newest first. */
  deliveries(channelId: string): Promise<Fields[]>;
  /** That many, all delivered. */
  untilDelivered(channelId: string, count: number): Promise<void>;
  /** The newest one with this status and so many attempts. */
  until(channelId: string, status: string, attempts: number): Promise<Fields>;
  /** Asks the handler anew, with something changed: its status. */
  forge(request: ReceivedRequest, change: Partial<ReceivedRequest>): Promise<number>;
  close(): Promise<void>;
}

export const openDocumentStage = async (
  handler: DocumentHandler,
  { outboundAllow = [], ...options }: Partial<Pick<Config, "publicUrl" | "region" | "outboundAllow">> = {},
): Promise<DocumentStage> => {
  const clock = new FakeClock();
  const receiver = openScriptedReceiver((request) => handler.handle(request));
  const app = await startApp({
    clock,
    config: { outboundAllow: [receiver.listener, ...outboundAllow], ...options },
  });
  const deliveries = async (channelId: string): Promise<Fields[]> =>
    (await app.api("GET", `/notification-channels/${channelId}/deliveries`)).body.data as Fields[];
  return {
    app,
    clock,
    receiver,
    api: app.api,
    deliveries,
    untilDelivered: async (channelId, count) => {
      await eventually(
        () => deliveries(channelId),
        (rows) => rows.length === count && rows.every(({ status }) => status === "delivered"),
      );
    },
    until: async (channelId, status, attempts) => {
      const rows = await eventually(
        () => deliveries(channelId),
        ([newest]) => newest?.["status"] === status && newest["attempt_count"] === attempts,
      );
      return rows[0] ?? {};
    },
    forge: (request, change) => handler.handle({ ...request, ...change }),
    close: async () => {
      await app.stop();
      await receiver.close();
      await handler.close();
    },
  };
};

const flipByte = (text: string): string => {
  const middle = Math.floor(text.length / 2);
  return text.slice(0, middle) + (text[middle] === "x" ? "y" : "x") + text.slice(middle + 1);
};

const OTHER_ID = "01960000-0000-7000-8000-000000000000";

/** As a Standard Webhook: taken as it is at `now`, and refused changed, stale or signed otherwise. */
export const expectOnlyGenuine = (
  { headers, text }: ReceivedRequest,
  { secret, now }: { secret: string; now: number },
): void => {
  const verify = (body: string, change: Record<string, string> = {}, key = secret): void =>
    void new Webhook(Buffer.from(key, "utf8").toString("base64")).verify(body, { ...headers, ...change });
  const stamp = Number(headers["webhook-timestamp"]);
  // The library has only the clock of the process: it is asked at the stage's time.
  const at = (time: number, act: () => void): void => {
    setSystemTime(time);
    try {
      act();
    } finally {
      setSystemTime();
    }
  };
  at(now, () => {
    expect(() => verify(text)).not.toThrow();
    expect(() => verify(flipByte(text))).toThrow();
    expect(() => verify(text, {}, `${secret}?`)).toThrow();
    expect(() => verify(text, { "webhook-timestamp": String(stamp - 600) })).toThrow();
    expect(() => verify(text, { "webhook-timestamp": String(stamp + 600) })).toThrow();
    expect(() => verify(text, { "webhook-id": OTHER_ID })).toThrow();
  });
  // Genuine, and too old by now.
  at(now + 600_000, () => expect(() => verify(text)).toThrow());
};

/** The handler takes the request as it came, and refuses it changed, unsigned or signed otherwise. */
export const expectForgeriesRefused = async (
  stage: DocumentStage,
  request: ReceivedRequest,
  { header, secret }: { header: string; secret: string },
): Promise<void> => {
  expect(await stage.forge(request, {})).toBe(200);
  expect(await stage.forge(request, { text: flipByte(request.text) })).toBe(401);
  const signedBy = (signature: string) => ({ headers: { ...request.headers, [header]: signature } });
  const other = new Bun.CryptoHasher("sha256", `${secret}?`).update(request.text).digest("hex");
  for (const signature of ["", other, `sha256=${other}`])
    expect(await stage.forge(request, signedBy(signature))).toBe(401);
  expectOnlyGenuine(request, { secret, now: stage.clock.now() });
};
