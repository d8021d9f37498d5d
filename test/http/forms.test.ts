// The forms of receivers and monitors against the whole program: what a form sends makes the same object again, with
// whatever settings; and the commands that pages offer work in a real shell, for every sender and kind of signature.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Monitor, MonitorType } from "../../web/api/monitors";
import type { Preset, Receiver } from "../../web/api/receivers";
import * as monitorBody from "../../web/pages/monitor-body";
import * as monitorDraft from "../../web/pages/monitor-draft";
import * as receiverDraft from "../../web/pages/receiver-draft";
import { curlOf, samplePayload } from "../../web/pages/receiver-sample";
import { startApp, type TestApp } from "../harness/app";

type Json = Record<string, unknown>;

const SECRET = 'it\'s a secret of $HOME "quoted"';

let app: TestApp;
let presets: Preset[];
let service: string;

beforeAll(async () => {
  app = await startApp({ config: { outboundMode: "open" } });
  presets = (await app.api("GET", "/webhook-receivers/presets")).body.data as Preset[];
  service = (await app.api("POST", "/services", { name: "Shop" })).body.id as string;
});
afterAll(() => app.stop());

const presetNamed = (name: string): Preset | undefined => presets.find((preset) => preset.name === name);

const make = async (path: string, body: Json): Promise<Json> => {
  const answer = await app.api("POST", path, body);
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body as Json;
};

/** What is not a person's choice differs in any case. */
const choicesOf = (object: Json, others: readonly string[]): Json =>
  Object.fromEntries(
    Object.entries(object).filter(([name]) => !["id", "created_at", "updated_at", ...others].includes(name)),
  );

describe("a receiver's form", () => {
  const OWN = ["token", "url", "hmac_secret"];

  const FULL: readonly Json[] = [
    { name: "Plain", service_id: "SERVICE" },
    {
      name: "Every path",
      service_name_field: ["a.b", '["odd name"]'],
      create_missing_services: true,
      status_field: ["x.state", "y"],
      message_field: "text",
      title_field: "t",
      url_field: "u",
      items_field: "list",
      key_field: ["k", "l"],
      id_field: "id",
      time_field: ["at", "time"],
      starts_at_field: "from",
      ends_at_field: "to",
      status_mapping: { "sev1*": "down", "0": "operational", huh: "ignore" },
      unmapped_status: "degraded",
      signature_header: "X-Own",
      timestamp_header: "X-Time",
      auto_create_incidents: true,
      incident_severity: "major",
      auto_resolve_incidents: true,
      rate_limit_per_minute: 120,
    },
    {
      name: "Alerts only",
      preset: "grafana",
      is_active: false,
      alerts: {
        severity: "warning",
        severity_field: "s",
        severity_mapping: { p1: "critical" },
        machine_field: ["m", "n"],
        name_field: "n",
        sets_status: false,
        expires_after_seconds: 90,
      },
    },
    { name: "Alerts and services", preset: "alertmanager", alerts: { sets_status: true } },
    { name: "Service left alone", service_id: "SERVICE", alerts: { sets_status: false } },
  ];

  for (const body of FULL)
    test(`makes the same again: ${String(body["name"])}`, async () => {
      const given = JSON.parse(JSON.stringify(body).replace("SERVICE", service)) as Json;
      const made = (await make("/webhook-receivers", given)) as unknown as Receiver;
      const preset = presetNamed(made.preset);
      const draft = receiverDraft.draftOf(made, preset);
      expect(receiverDraft.findReceiverFaults(draft)).toEqual({});
      expect(receiverDraft.changesOf(draft, draft)).toEqual({});
      const again = await make("/webhook-receivers", receiverDraft.createBody(draft, preset) as Json);
      expect(choicesOf(again, OWN)).toEqual(choicesOf(made as unknown as Json, OWN));
    });

  test("changes the sender without keeping the paths and the signature of the one before", async () => {
    const made = (await make("/webhook-receivers", {
      name: "Moves",
      service_id: service,
      status_field: "deep.status",
      id_field: "own.id",
    })) as unknown as Receiver;
    const before = receiverDraft.draftOf(made, presetNamed("generic"));
    const gitlab = presetNamed("gitlab");
    if (gitlab === undefined) throw new Error("no such preset");
    const changes = receiverDraft.changesOf(receiverDraft.withPreset(before, gitlab), before);
    const fresh = await make("/webhook-receivers", { name: "Moves", service_id: service, preset: "gitlab" });
    const { body } = await app.api("PATCH", `/webhook-receivers/${made.id}`, changes);
    expect(choicesOf({ ...body, id_field: null }, OWN)).toEqual(choicesOf({ ...fresh, id_field: null }, OWN));
  });
});

describe("the command of a receiver's page", () => {
  const run = async (command: string): Promise<Json> => {
    const shell = Bun.spawn(["bash", "-c", command], { stdout: "pipe", stderr: "ignore" });
    const answer = await new Response(shell.stdout).text();
    return JSON.parse(answer) as Json;
  };

  const commandOf = (receiver: Receiver, secret: string | null, serviceName = "Shop"): string =>
    curlOf({
      url: `${app.url}${new URL(receiver.url).pathname}`,
      payload: samplePayload(receiver, presetNamed(receiver.preset), serviceName),
      signature:
        secret === null
          ? null
          : {
              header: receiver.signature_header,
              scheme: receiver.signature_scheme,
              timestampHeader: receiver.timestamp_header,
              secret,
            },
    });

  test("is understood of every sender, without a signature and with the sender's own", async () => {
    const outcomes: Record<string, unknown> = {};
    for (const { name } of presets)
      for (const secret of [null, SECRET]) {
        const made = (await make("/webhook-receivers", {
          name,
          preset: name,
          service_id: service,
          ...(secret === null ? {} : { hmac_secret: secret }),
        })) as unknown as Receiver;
        // Amazon signs by itself, whatever secret there is.
        if (made.signature_scheme === "sns") continue;
        const { result, error } = await run(commandOf(made, secret));
        if (result !== "processed" && result !== "ignored") outcomes[`${name} ${secret}`] = [result, error];
      }
    expect(outcomes).toEqual({});
  }, 60_000);

  test("reaches the places that a person has set, also within a list", async () => {
    const made = (await make("/webhook-receivers", {
      name: "Deep",
      service_name_field: "who[1].name",
      items_field: "data.list",
      status_field: "attributes.state",
      message_field: "attributes.text",
      timestamp_header: "X-Time",
      hmac_secret: SECRET,
    })) as unknown as Receiver;
    await make("/services", { name: "Deep shop" });
    const answer = await run(commandOf(made, SECRET, "Deep shop"));
    expect(answer).toMatchObject({ result: "processed", previous_status: "operational", status: "degraded" });
  });

  test("signs as Standard Webhooks has it, with a secret of ours and with any other", async () => {
    for (const secret of [SECRET, "whsec_c2hpZnQtbGVhZC1zZWNyZXQtMDEyMzQ1Njc4OQ=="])
      for (const settings of [{ signature_scheme: "standard" }, { signature_header: "Webhook-Signature" }]) {
        const made = (await make("/webhook-receivers", {
          name: "Standard",
          service_id: service,
          hmac_secret: secret,
          ...settings,
        })) as unknown as Receiver;
        const { result, error } = await run(commandOf(made, secret));
        expect([result === "processed" || result === "ignored", result, error]).toEqual([
          true,
          result,
          error,
        ]);
      }
  });
});

describe("a monitor's form", () => {
  const OWN = [
    "number",
    "status",
    "status_since",
    "consecutive_failures",
    "consecutive_successes",
    "last_result",
    "next_check_at",
    "expected_at",
    "ping_url",
    "push_url",
  ];

  const FULL: readonly (Json & { type: MonitorType })[] = [
    { type: "http", name: "Plain", url: "http://shop.example/" },
    {
      type: "http",
      name: "Every setting",
      group: "shop",
      description: "What customers see first.",
      url: "https://shop.example/health?x=1",
      method: "POST",
      headers: { Accept: "text/plain" },
      body: "{}",
      follow_redirects: false,
      verify_tls: false,
      expect: {
        status: ["200", "3xx"],
        body_contains: "ok",
        body_not_contains: "error",
        json_path: "a.b[0]",
        equals: "42",
        regex: "^ok$",
        max_latency_ms: 250,
        tls_days_left: 7,
      },
      interval_seconds: 3_600,
      timeout_seconds: 30,
      failure_threshold: 3,
      success_threshold: 2,
      severity: "critical",
      region: "north",
      service_id: "SERVICE",
      service_status: "degraded",
      is_active: false,
    },
    ...[42, true, null, "ok", '"quoted"', "null"].map((equals) => ({
      type: "http" as const,
      name: `Equals ${JSON.stringify(equals)}`,
      url: "http://shop.example/",
      expect: { json_path: "state", equals },
    })),
    { type: "tcp", name: "Port", host: "db.example", port: 5_432 },
    {
      type: "tls",
      name: "Certificate",
      host: "shop.example",
      port: 8_443,
      server_name: "www.shop.example",
      expect: { tls_days_left: 30, tls_trusted: false },
    },
    {
      type: "dns",
      name: "Name",
      host: "_sip._tcp.shop.example",
      record_type: "SRV",
      resolver: "192.0.2.1:5353",
      expect: { values: ["10 20 5060 sip.shop.example", "b"] },
    },
    { type: "ping", name: "Host", host: "127.0.0.1", port: 80 },
    { type: "heartbeat", name: "Often", period_seconds: 90, grace_seconds: 7 },
    {
      type: "heartbeat",
      name: "By a line",
      cron: "*/5 1 * * 1",
      time_zone: "Europe/Berlin",
      grace_seconds: 7_200,
    },
  ];

  for (const body of FULL)
    test(`makes the same again: ${body.type}, ${String(body["name"])}`, async () => {
      const given = JSON.parse(JSON.stringify(body).replace("SERVICE", service)) as Json;
      const made = (await make("/monitors", { is_active: false, ...given })) as unknown as Monitor;
      const draft = monitorDraft.draftOf(made);
      expect(monitorBody.findMonitorFaults(draft)).toEqual({});
      expect(monitorBody.changesOf(draft, draft)).toEqual({});
      const again = await make("/monitors", monitorBody.createBody({ ...draft, name: `${draft.name} 2` }));
      expect(choicesOf({ ...again, name: made.name }, OWN)).toEqual(choicesOf(made as unknown as Json, OWN));
    });

  test("keeps a header that is masked, replaces one, and takes one off", async () => {
    const headers = { Authorization: "Bearer 0123456789abcdef", "X-Old": "old", "X-Kept": "kept" };
    const made = (await make("/monitors", {
      name: "Headers",
      type: "http",
      url: "http://shop.example/",
      is_active: false,
      headers,
    })) as unknown as Monitor;
    const before = monitorDraft.draftOf(made);
    const rows = before.headers.filter(([name]) => name !== "X-Old");
    const changes = monitorBody.changesOf({ ...before, headers: [...rows, ["X-New", "new"]] }, before);
    const { body } = await app.api("PATCH", `/monitors/${made.id}`, changes);
    expect(Object.keys(body.headers as Json).toSorted()).toEqual(["Authorization", "X-Kept", "X-New"]);
    expect((body.headers as Json)["Authorization"]).toBe("••••cdef");
    const { body: test } = monitorBody.testBody(before);
    expect(test["headers"]).toEqual({ "X-Old": "old", "X-Kept": "kept" });
  });
});
