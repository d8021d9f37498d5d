// In: the Haltless document. Out: somebody who follows it: sends its requests as printed, sets up the
// rule of its sample alert, and looks at what came of it.
import { expect } from "bun:test";
import type { NameServer } from "../../src/delivery/name-server";
import type { Dial } from "../../src/delivery/sender";
import { startApp, type TestApp } from "./app";
import type { FakeClock } from "./clock";
import { eventually } from "./eventually";
import type { HaltlessDocument, PrintedRequest } from "./haltless-document";

export type Fields = Record<string, unknown>;

interface Answer {
  status: number;
  body: Fields;
  text: string;
}

interface Configured {
  channelId: string;
  policyId: string;
  ruleId: string;
}

export interface HaltlessCustomer {
  startWith(clock: FakeClock, listeners: string[], dial?: Dial): Promise<void>;
  /** `path` begins after /api/v1. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  sendPrinted(request: PrintedRequest, replaced?: Record<string, string>): Promise<Answer>;
  createRule(): Promise<string>;
  configure(receiverUrl: string, dialect?: "haltless"): Promise<Configured>;
  sendReading(value: number): Promise<void>;
  onlyAlert(): Promise<Fields>;
  onlyDelivery(channelId: string, event: string): Promise<Fields>;
  untilDelivered(channelId: string, count: number): Promise<void>;
  stop(): Promise<void>;
}

/** What the document's hosts stand for: a public address, whatever the network of this machine says. */
const nameServer: NameServer = {
  lookup: async (name) =>
    name === "your-server.com" || name === "hooks.slack.com"
      ? { addresses: ["93.184.215.14"], ttlSeconds: 60 }
      : { failure: "unknown" as const },
};

export const createHaltlessCustomer = (printed: HaltlessDocument): HaltlessCustomer => {
  let app: TestApp | undefined;

  const startWith = async (clock: FakeClock, listeners: string[], dial?: Dial): Promise<void> => {
    app = await startApp({
      clock,
      config: { outboundAllow: listeners },
      seams: { delivery: { nameServer, hostsPath: null, ...(dial === undefined ? {} : { dial }) } },
    });
  };

  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    if (app === undefined) throw new Error("not started");
    const response = await fetch(`${app.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${app.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : (JSON.parse(text) as Fields), text };
  };

  /** As printed; only the API's host, the token and what `replaced` names are put in. */
  const sendPrinted = async (
    request: PrintedRequest,
    replaced: Record<string, string> = {},
  ): Promise<Answer> => {
    if (app === undefined) throw new Error("not started");
    const put = (text: string): string =>
      Object.entries(replaced).reduce((result, [from, to]) => result.replaceAll(from, to), text);
    const response = await fetch(put(request.url).replace("https://api.haltless.io", app.url), {
      method: request.method,
      headers: Object.entries(request.headers).map(([name, value]): [string, string] => [
        name,
        value.replace("YOUR_TOKEN", app?.token ?? ""),
      ]),
      ...(request.body === null ? {} : { body: put(request.body) }),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) as Fields, text };
  };

  /** The rule of the document's sample alert. */
  const createRule = async (): Promise<string> => {
    const rule = await call("POST", "/alert-rules", {
      name: "Temperature high",
      severity: "critical",
      is_active: true,
      selector: {},
      condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85, deadband: 2 },
      message: "Temperature exceeded threshold",
    });
    expect(rule.status).toBe(201);
    return String(rule.body["id"]);
  };

  /** The document's two create requests, pointed at the receiver, and the rule of its sample alert. */
  const configure = async (receiverUrl: string, dialect?: "haltless"): Promise<Configured> => {
    const channel = await sendPrinted(printed.requests.createChannel, {
      "https://your-server.com": receiverUrl,
      ...(dialect === undefined ? {} : { '"url": "': `"dialect": "${dialect}", "jitter": false, "url": "` }),
    });
    expect(channel.status).toBe(201);
    const channelId = String(channel.body["id"]);
    const policy = await sendPrinted(printed.requests.createPolicy, { WEBHOOK_CHANNEL_UUID: channelId });
    expect(policy.status).toBe(201);
    return { channelId, policyId: String(policy.body["id"]), ruleId: await createRule() };
  };

  const sendReading = async (value: number): Promise<void> => {
    const answer = await call("POST", "/readings", { machine: "CNC Mill #1", metric: "temperature", value });
    expect(answer.status).toBe(202);
    expect(answer.body["accepted"]).toBe(1);
  };

  const onlyAlert = async (): Promise<Fields> => {
    const { body } = await call("GET", "/alerts");
    const alerts = body["data"] as Fields[];
    expect(alerts).toHaveLength(1);
    return alerts[0] ?? {};
  };

  /** `count` messages have been delivered and Andon knows it: before that, moved time would time them out. */
  const untilDelivered = async (channelId: string, count: number): Promise<void> => {
    await eventually(
      async () =>
        (await call("GET", `/notification-channels/${channelId}/deliveries`)).body["data"] as Fields[],
      (rows) => rows.length === count && rows.every(({ status }) => status === "delivered"),
    );
  };

  const onlyDelivery = async (channelId: string, event: string): Promise<Fields> => {
    const { body } = await call("GET", `/notification-channels/${channelId}/deliveries?event=${event}`);
    const deliveries = body["data"] as Fields[];
    expect(deliveries).toHaveLength(1);
    return deliveries[0] ?? {};
  };

  return {
    startWith,
    call,
    sendPrinted,
    createRule,
    configure,
    sendReading,
    onlyAlert,
    onlyDelivery,
    untilDelivered,
    stop: async () => {
      await app?.stop();
      app = undefined;
    },
  };
};
