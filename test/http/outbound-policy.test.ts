// T4: in a plant messages go to private addresses; how far they may go is the operator's to say, by mode
// and list, and nobody's who only has a login. The same table under three modes, asked over HTTP.
import { describe, expect, test } from "bun:test";
import { ROLES, type Role } from "../../src/core/actor";
import { OUTBOUND_MODES, type OutboundMode } from "../../src/lib/net-policy";
import { startApp, type TestApp } from "../harness/app";
import { SPELLINGS, type Standing } from "../faults/ssrf-spellings";

type Json = Record<string, unknown>;

/** Whether a channel to such a place is accepted. Plain http is for private places. */
const isAccepted = (standing: Standing, mode: OutboundMode, protocol: "http" | "https"): boolean => {
  if (standing === "public") return protocol === "https";
  if (standing === "private") return mode !== "strict";
  return standing === "loopback" && mode === "open";
};

const tokenOf = async (app: TestApp, role: Role): Promise<string> =>
  String((await app.api("POST", "/api-tokens", { name: role, role })).body.token);

const draft = (url: string, more: Json = {}): Json => ({
  name: url,
  type: "webhook",
  config: { url, ...more },
  is_active: false,
});

describe("channels that are created", () => {
  for (const mode of OUTBOUND_MODES)
    test(`${mode}: the table holds, for admins as for editors`, async () => {
      const app = await startApp({ config: { outboundMode: mode } });
      try {
        const wrong: string[] = [];
        const bearers = await Promise.all((["editor", "admin"] as const).map((role) => tokenOf(app, role)));
        // Literal addresses only: names need a DNS, which a start of the whole program does not have here.
        const literals = SPELLINGS.filter(([host]) => /^(?:[\d.]+|\[[0-9a-f:.]+\])$/i.test(host));
        expect(literals.length).toBeGreaterThan(80);
        for (const [index, [host, standing]] of literals.entries())
          for (const protocol of ["http", "https"] as const) {
            // By turns, so that both are asked for each kind of place.
            const authorization = `Bearer ${bearers[index % bearers.length]}`;
            const { status } = await app.api(
              "POST",
              "/notification-channels",
              draft(`${protocol}://${host}:9/hook`),
              { authorization },
            );
            const expected = isAccepted(standing, mode, protocol) ? 201 : 422;
            if (status !== expected) wrong.push(`${protocol}://${host} (${standing}): ${status}`);
          }
        expect(wrong).toEqual([]);
      } finally {
        await app.stop();
      }
    }, 60_000);
});

describe("nobody widens it", () => {
  const PLACES = ["http://169.254.169.254/latest/meta-data", "http://127.0.0.1:9/", "http://8.8.8.8/"];
  /** What somebody would try. */
  const TRICKS: Json[] = [
    { outbound_mode: "open" },
    { outbound_allow: ["169.254.169.254"] },
    { allow: ["127.0.0.1:9"] },
    { headers: { "X-Outbound-Mode": "open", "X-Forwarded-Host": "10.0.0.1" } },
    { headers: { Host: "10.0.0.1" } },
    { tls: { server_name: "10.0.0.1" } },
  ];

  test("neither by role nor by a setting of a channel, at creation or by a change", async () => {
    const app = await startApp();
    try {
      const { body: harmless } = await app.api("POST", "/notification-channels", draft("http://10.1.2.3:9/"));
      for (const role of ROLES) {
        const authorization = `Bearer ${await tokenOf(app, role)}`;
        const mayWrite = role === "editor" || role === "admin";
        for (const url of PLACES)
          for (const trick of [{}, ...TRICKS])
            for (const [method, path, body] of [
              ["POST", "/notification-channels", draft(url, trick)],
              ["PATCH", `/notification-channels/${harmless.id}`, { config: { url, ...trick } }],
              ["POST", "/notification-channels", { ...draft(url), ...trick }],
            ] as const) {
              const { status } = await app.api(method, path, body, { authorization });
              expect([role, url, method, status]).toEqual([role, url, method, mayWrite ? 422 : 403]);
            }
      }
      const { body } = await app.api("GET", "/notification-channels");
      expect(body.data.map((channel: Json) => (channel["config"] as Json)["url"])).toEqual([
        "http://10.1.2.3:9/",
      ]);
    } finally {
      await app.stop();
    }
  });

  test("no operation of the API takes such a setting", async () => {
    const document = await Bun.file(new URL("../golden/openapi.json", import.meta.url)).text();
    expect(document).toContain("failure_channel_id");
    expect(document).not.toMatch(/"outbound|"allow(?:ed|_list)?"|_allow"/i);
  });

  test("a start with other settings stands in the journal of every organization", async () => {
    const { temporaryDirectory, removeDirectory } = await import("../harness/store");
    const directory = temporaryDirectory();
    const journalOf = async (app: TestApp): Promise<Json[]> =>
      (
        await app.store.engine.query({
          sql: "SELECT data FROM journal WHERE kind = 'outbound.policy_changed' ORDER BY seq",
        })
      ).map(([data]) => JSON.parse(String(data)) as Json);
    try {
      for (const [config, count] of [
        [{}, 0],
        [{}, 0],
        [{ outboundAllow: ["127.0.0.1:9000"] }, 1],
        [{ outboundMode: "open" as const, outboundAllow: ["127.0.0.1:9000"] }, 2],
      ] as const) {
        const app = await startApp({
          directory,
          config: { ...config, outboundAllow: [...(config.outboundAllow ?? [])] },
        });
        const rows = await journalOf(app);
        expect(rows).toHaveLength(count);
        if (count === 2)
          expect(rows[1]).toEqual({
            mode: "open",
            allow: ["127.0.0.1:9000"],
            previous: { mode: "lan", allow: ["127.0.0.1:9000"] },
          });
        await app.stop();
      }
    } finally {
      removeDirectory(directory);
    }
  });
});
