// One suite over the registry: what every channel type promises. Golden files hold what each composes;
// `UPDATE_GOLDEN=1 bun test test/channels` writes them anew.
import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { isAppError } from "../../../src/core/errors";
import type { ChannelField, JudgedOutcome, SendFailure, SendResult } from "../../../src/channels/channel";
import { channelTypes } from "../../../src/channels/registry";
import { dialects } from "../../../src/channels/webhook/dialects";
import { channelOf } from "../../../src/channels/directory";
import type { ChannelRow } from "../../../src/channels/repository";
import { performAttempt } from "../../../src/delivery/attempt";
import type { Transports } from "../../../src/delivery/transports";
import { mergePatch } from "../../../src/lib/merge-patch";
import { MASK } from "../../../src/lib/secrets";
import { FakeClock } from "../../harness/clock";
import { MESSAGES, SAMPLES } from "./samples";
import { httpOf } from "./type-sample";

const GOLDEN = join(import.meta.dir, "../golden");

const result = (
  statusCode: number | null,
  failure: SendFailure | null = null,
  responseBody = "canary-answer",
): SendResult => ({ statusCode, failure, responseHeaders: {}, responseBody });

/** Statuses of a native channel that no repetition heals; of the others every one may pass. */
const PERMANENT = new Set([400, 401, 403, 404, 410, 418]);

/** What each answer means, whatever the channel. */
const STATUS_TABLE: readonly (readonly [status: number, outcome: JudgedOutcome])[] = [
  [200, "delivered"],
  [201, "delivered"],
  [202, "delivered"],
  [204, "delivered"],
  [299, "delivered"],
  [301, "redirect"],
  [302, "redirect"],
  [308, "redirect"],
  [400, "client_error"],
  [401, "auth_error"],
  [403, "auth_error"],
  [404, "client_error"],
  [408, "timeout"],
  [410, "client_error"],
  [418, "client_error"],
  [429, "rate_limited"],
  [500, "server_error"],
  [502, "server_error"],
  [503, "server_error"],
  [599, "server_error"],
  [101, "server_error"],
  [0, "server_error"],
  [799, "server_error"],
];

const FAILURES: readonly (readonly [failure: SendFailure, outcome: JudgedOutcome])[] = [
  ["timeout", "timeout"],
  ["dns", "dns"],
  ["refused", "refused"],
  ["reset", "reset"],
  ["tls", "tls"],
  ["protocol", "server_error"],
  ["blocked", "blocked"],
  ["invalid_config", "invalid_config"],
  ["internal", "internal"],
];

const BARE_ROW: ChannelRow = {
  id: "channel-1",
  tenantId: "tenant-1",
  name: "Channel",
  type: "",
  config: {},
  isActive: true,
  events: null,
  filters: null,
  failureChannelId: null,
  health: "active",
  healthReason: null,
  consecutiveFailures: 0,
  lastSuccessAt: null,
  lastFailureAt: null,
  rateLimitPerMinute: null,
  staleAfterSeconds: 3_600,
  weeklyTest: false,
  lastTestAt: null,
  lastTestSuccess: null,
  quietUntil: null,
  rotation: null,
  createdAt: 0,
  updatedAt: 0,
};

test("every type, and every dialect of the webhook, has samples", () => {
  expect(Object.keys(SAMPLES).sort()).toEqual([...channelTypes.keys()].sort());
  expect(SAMPLES["webhook"]?.map(({ variant }) => variant.split("/")[1])).toEqual([...dialects.keys()]);
});

for (const type of channelTypes.values())
  for (const sample of SAMPLES[type.kind] ?? [])
    describe(sample.variant, () => {
      const { variant, config: given, canaries } = sample;
      const config = type.parse(structuredClone(given));
      const composed = type.compose(MESSAGES["alert.triggered"]!, config);
      const request = () =>
        type.request(composed, config, {
          deliveryId: "delivery-1",
          now: 1_775_298_605_000,
          version: "1.2.3",
        });

      test("describes itself: a form can be made of it", () => {
        expect(type.kind).toMatch(/^[a-z_]+$/);
        expect(new Set(type.fields.map(({ name }) => name)).size).toBe(type.fields.length);
        for (const field of type.fields)
          expect([field.name, field.label !== "", field.hint !== ""]).toEqual([field.name, true, true]);
        for (const key of Object.keys(given)) expect(type.fields.map(({ name }) => name)).toContain(key);
        expect(type.audience).toBe(sample.audience ?? (sample.isWebhook === true ? "program" : "people"));
      });

      for (const [name, message] of Object.entries(MESSAGES))
        test(`composes ${name} as its golden file has it`, async () => {
          const { body, contentType } = type.compose(structuredClone(message), config);
          const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
          expect(contentType).toStartWith(sample.contentType ?? "application/json");
          const path = join(GOLDEN, variant, `${name}.${sample.isPlainGolden === true ? "txt" : "json"}`);
          const pretty =
            sample.isPlainGolden === true ? text : `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
          if (process.env["UPDATE_GOLDEN"] === "1") {
            mkdirSync(dirname(path), { recursive: true });
            await Bun.write(path, pretty);
          }
          expect(pretty).toBe(await Bun.file(path).text());
          // Pure: the same again gives the same bytes.
          expect(type.compose(structuredClone(message), config).body).toEqual(body);
          for (const canary of canaries) expect(text).not.toContain(canary);
        });

      test("judges every status and failure; nothing but 2xx is delivered", () => {
        for (const [code, outcome, retry] of sample.answers ?? []) {
          const judgement = type.judge(result(code), config);
          expect([code, judgement.outcome, judgement.retry]).toEqual([code, outcome, retry]);
        }
        for (const [status, outcome] of sample.answers === undefined ? STATUS_TABLE : []) {
          if (sample.ownStatuses?.includes(status) === true) continue;
          const judgement = type.judge(
            result(status, null, outcome === "delivered" ? (sample.goodAnswer ?? "ok") : "canary-answer"),
            config,
          );
          // Webhook dialects try every non-2xx again, as their documents promise.
          const retry = outcome !== "delivered" && (sample.isWebhook === true || !PERMANENT.has(status));
          expect([status, judgement.outcome, judgement.retry]).toEqual([status, outcome, retry]);
        }
        for (const [failure, outcome] of FAILURES) {
          const judgement = type.judge(result(null, failure, ""), config);
          expect([failure, judgement.outcome]).toEqual([failure, outcome]);
          expect(judgement.retry).toBe(outcome !== "invalid_config");
        }
      });

      test("reasons are sentences without the answer or a secret", () => {
        for (const one of [
          ...STATUS_TABLE.map(([status]) => result(status)),
          ...FAILURES.map(([failure]) => result(null, failure)),
        ]) {
          const { reason } = type.judge(one, config);
          expect(reason).toMatch(/^[A-Z].*\.$/);
          expect(reason).not.toContain("canary");
        }
      });

      test("masks every secret, and a mask sent back changes nothing", () => {
        const masked = type.mask(config);
        for (const canary of canaries) expect(JSON.stringify(masked)).not.toContain(canary);
        expect(canaries.length === 0 || JSON.stringify(masked).includes(MASK)).toBe(true);
        expect(Object.keys(masked).sort()).toEqual(Object.keys(given).sort());
        for (const field of type.fields)
          if (field.secret && typeof given[field.name] === "string")
            expect([field.name, String(masked[field.name]).includes(MASK)]).toEqual([field.name, true]);
        expect(mergePatch(given, structuredClone(masked), masked)).toEqual(given);
      });

      test("an endpoint that repeats what it was sent leaves no secret in the evidence", async () => {
        const transports: Pick<Transports, "send"> = {
          send: (given) => {
            const { url } = given;
            const sent =
              given.transport === undefined || given.transport === "http"
                ? JSON.stringify({ ...given, body: new TextDecoder().decode(given.body ?? undefined) })
                : JSON.stringify(given);
            return Promise.resolve({
              statusCode: 400,
              failure: null,
              responseHeaders: { "x-echo": sent, location: url },
              responseBody: `${sent} ${url} ${encodeURIComponent(url)} ${canaries.join(" ")}`,
              error: null,
              address: "192.0.2.1:443",
              startedAt: 0,
              firstByteMs: 1,
              totalMs: 1,
            });
          },
        };
        const { record } = await performAttempt(
          {
            transports: transports as Transports,
            clock: new FakeClock(),
            version: "1.2.3",
            threadRootOf: () => Promise.resolve(undefined),
          },
          {
            channel: channelOf({ ...BARE_ROW, type: type.kind, config: structuredClone(given) }),
            deliveryId: "delivery-1",
            deliverySeq: 1,
            subjectId: "alert-1",
            composed,
            number: 1,
            queuedAt: 0,
          },
        );
        expect(record.statusCode).toBe(400);
        for (const canary of canaries) expect(JSON.stringify(record)).not.toContain(canary);
      });

      test("the policy is asked about the very place that is dialled", () => {
        const placeOf = (url: string): string => `${new URL(url).protocol}//${new URL(url).host}`;
        expect(type.targets(config).map(({ url }) => placeOf(url))).toContain(placeOf(request().url));
        for (const { field } of type.targets(config)) expect(field).toStartWith("config.");
        expect(request().transport).toBe(sample.transport);
      });

      test("the request carries the body unchanged, and no header twice", () => {
        if (sample.transport !== undefined) return;
        const { headers, body, method } = httpOf(request());
        if (sample.hasCredentialsInBody !== true && sample.isEnvelope !== true)
          expect(body).toEqual(method === "GET" ? null : composed.body);
        expect(headers["User-Agent"]).toBe("Andon/1.2.3");
        const names = Object.keys(headers).map((name) => name.toLowerCase());
        expect(new Set(names).size).toBe(names.length);
        expect(names.some((name) => name.startsWith("webhook-"))).toBe(sample.isWebhook === true);
        if (sample.isWebhook === true) {
          expect(headers["webhook-id"]).toBe("delivery-1");
          expect(headers["webhook-timestamp"]).toBe("1775298605");
        }
      });

      const isShown = (condition: ChannelField["shownWhen"]): boolean => {
        if (condition === undefined) return true;
        const other = type.fields.find(({ name }) => name === condition.field);
        return condition.values.includes(String(given[condition.field] ?? other?.default));
      };

      test("refuses unknown settings by name, and no error holds a secret", () => {
        const refusalOf = (config: Record<string, unknown>): unknown => {
          try {
            type.parse(config);
            return null;
          } catch (error) {
            return error;
          }
        };
        const unknown = refusalOf({ ...structuredClone(given), colour: "red" });
        expect(isAppError(unknown, "invalid") && unknown.context.field).toBe("config.colour");
        for (const { name, type: kind } of type.fields) {
          const wrong = kind === "headers" || kind === "json" ? 17 : { wrong: true };
          const error = refusalOf({ ...structuredClone(given), [name]: wrong });
          expect([name, isAppError(error, "invalid") && error.context.field?.startsWith("config.")]).toEqual([
            name,
            true,
          ]);
          for (const canary of canaries) expect(String(error)).not.toContain(canary);
        }
        for (const { name, required, shownWhen } of type.fields)
          if (required && isShown(shownWhen)) {
            const { [name]: _left, ...rest } = given;
            const error = refusalOf(rest);
            expect([name, isAppError(error, "invalid") && error.context.field]).toEqual([
              name,
              `config.${name}`,
            ]);
          }
      });

      test("limits are sane", () => {
        const behaviour = type.behaviour(config);
        expect(behaviour.timeoutMs).toBeGreaterThanOrEqual(1_000);
        expect(behaviour.timeoutMs).toBeLessThanOrEqual(60_000);
        expect(behaviour.retryDelaysSeconds.every((delay) => delay >= 0)).toBe(true);
        expect(behaviour.defaultEvents).not.toContain("channel.test");
        expect(type.testEvents(config).length).toBeGreaterThan(0);
      });
    });
