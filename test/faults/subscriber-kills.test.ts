// In: incidents on a status page with hundreds of subscribers. Out: killed with `kill -9` again and again while
// they are told, each of them has exactly one message about each incident, and nobody is left out.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openScene, withCleanUp } from "../bench/scene";
import { openMailRelay } from "../harness/mail-relay";
import { productCommand } from "../harness/process";
import { seededRandom, wholeBetween } from "../harness/random";

const SUBSCRIBERS = 250;
/** As many mails of a page as are in flight. */
const IN_FLIGHT = 4;
const KILLS = Bun.env["ANDON_FAULTS"] === "long" ? 40 : 4;
/** The test ends by its own time limit if they never come. */
const LOOK_MS = 100;
const LIMIT_MS = 60_000 + KILLS * 20_000;

const openRelay = async () => {
  const relay = await openMailRelay();
  return { ...relay, taken: relay.taken, close: () => relay.stop() };
};

test(
  "kills while subscribers are told leave nobody out, and give nobody a second message",
  () =>
    withCleanUp(async (own) => {
      const seed = Math.floor(performance.timeOrigin) % 1_000_000;
      const random = seededRandom(seed);
      const relay = own(await openRelay());
      const scene = own(
        await openScene(productCommand("source"), { ANDON_OUTBOUND_ALLOW: `127.0.0.1:${relay.port}` }),
      );
      const { api } = scene;
      const idOf = async (path: string, body: Record<string, unknown>): Promise<string> =>
        String((await api.call("POST", path, body))["id"]);
      const service = await idOf("/services", { name: "Shop" });
      const channel = await idOf("/notification-channels", {
        name: "Relay",
        type: "email",
        events: [],
        config: {
          host: "127.0.0.1",
          port: relay.port,
          security: "none",
          from: "status@acme.test",
          to: ["team@acme.test"],
        },
      });
      const page = await idOf("/status-pages", {
        name: "Shop",
        service_ids: [service],
        email_channel_id: channel,
      });
      for (let index = 0; index < SUBSCRIBERS; index++)
        await api.call("POST", `/status-pages/${page}/subscribers`, {
          kind: "email",
          email: `reader${index}@example.test`,
          is_confirmed: true,
        });
      const file = join(scene.dataDirectory, "andon.db");
      const readRows = <Row>(sql: string): Row[] => {
        const database = new Database(file, { readonly: true });
        try {
          return database.query(sql).all() as Row[];
        } finally {
          database.close();
        }
      };

      let incidents = 0;
      for (let kills = 0; kills < KILLS; kills++) {
        await idOf("/incidents", {
          title: `Incident ${++incidents}`,
          severity: "major",
          service_ids: [service],
          message: "We are looking into it.",
        });
        await Bun.sleep(wholeBetween(random, 0, 60));
        await scene.restartAfterKill();
        await scene.product.ready();
      }
      const expected = incidents * SUBSCRIBERS;
      const count = (where: string): number =>
        readRows<{ count: number }>(`SELECT count(*) AS count FROM outbox WHERE ${where}`)[0]?.count ?? 0;
      while (count("status = 'delivered'") < expected) await Bun.sleep(LOOK_MS);
      const told = readRows<{ times: number }>(
        "SELECT count(*) AS times FROM outbox WHERE event = 'incident.opened' GROUP BY subject_id",
      );
      expect([seed, told.length, told.filter(({ times }) => times !== 1)]).toEqual([seed, expected, []]);
      const ids = new Set(relay.taken.map(({ mail }) => mail.messageId));
      expect([seed, ids.size]).toEqual([seed, expected]);
      expect(relay.taken.length - ids.size).toBeLessThanOrEqual(KILLS * IN_FLIGHT);
    }),
  LIMIT_MS,
);
