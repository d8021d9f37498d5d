// In: jobs that report and a site that is looked at, all at once. Out: killed with `kill -9` again and again in
// the middle of it, no report that was answered is lost, and each failure has exactly one open incident.
import { expect, test } from "bun:test";
import { openScene, withCleanUp, type Scene } from "../bench/scene";
import { eventually } from "../harness/eventually";
import { productCommand } from "../harness/process";
import { seededRandom, wholeBetween } from "../harness/random";
import type { Fields } from "../harness/remote-api";

const JOBS = 6;
const KILLS = Bun.env["ANDON_FAULTS"] === "long" ? 60 : 6;
const LIMIT_MS = 20_000 + KILLS * 10_000;

interface Job {
  id: string;
  path: string;
  /** What may be so: the last that was answered, and what was asked and not answered. */
  possible: Set<"up" | "down">;
  answered: number;
}

const openSite = () => {
  const site = { isUp: true, looks: 0 };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => {
      site.looks++;
      return new Response("site", { status: site.isUp ? 200 : 500 });
    },
  });
  return Object.assign(site, {
    url: `http://127.0.0.1:${server.port}/`,
    close: () => server.stop(true),
  });
};

const openIncidents = async ({ api }: Scene): Promise<Map<string, number>> => {
  const counts = new Map<string, number>();
  for (const incident of await api.list("/incidents")) {
    const { id } = incident["monitor"] as { id: string };
    if (incident["status"] !== "resolved") counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
};

test(
  "kills in the middle of reports and looks lose nothing that was answered, and double no incident",
  () =>
    withCleanUp(async (own) => {
      const seed = Math.floor(performance.timeOrigin) % 1_000_000;
      const random = seededRandom(seed);
      const site = own(openSite());
      const scene = own(await openScene(productCommand("source")));
      const { api } = scene;
      const service = String((await api.call("POST", "/services", { name: "Shop" }))["id"]);
      const looked = String(
        (
          await api.call("POST", "/monitors", {
            name: "Site",
            type: "http",
            url: site.url,
            interval_seconds: 3_600,
            service_id: service,
          })
        )["id"],
      );
      const jobs: Job[] = [];
      for (let job = 0; job < JOBS; job++) {
        const made = await api.call("POST", "/monitors", {
          name: `Job ${job}`,
          type: "heartbeat",
          period_seconds: 3_600,
        });
        const { pathname } = new URL(String(made["ping_url"]));
        jobs.push({ id: String(made["id"]), path: pathname, possible: new Set(), answered: 0 });
      }

      let isKilled = false;
      const report = async (job: Job): Promise<void> => {
        while (!isKilled) {
          const outcome = random() < 0.5 ? "down" : "up";
          const before = job.possible;
          job.possible = new Set([...before, outcome]);
          try {
            const word = outcome === "down" ? "/fail" : "";
            const response = await fetch(`${scene.product.url}${job.path}${word}`);
            if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
            job.possible = new Set([outcome]);
            job.answered++;
          } catch (error) {
            if (!isKilled) throw error;
          }
        }
      };
      const change = async (): Promise<void> => {
        while (!isKilled) {
          site.isUp = random() < 0.5;
          // Whatever is changed is looked at at once.
          await api
            .call("PATCH", `/monitors/${looked}`, { description: String(random()) })
            .catch(() => undefined);
        }
      };

      for (let kill = 0; kill < KILLS; kill++) {
        isKilled = false;
        const working = Promise.all([...jobs.map(report), change()]);
        await Bun.sleep(wholeBetween(random, 50, 500));
        isKilled = true;
        await scene.restartAfterKill();
        await working;
        await scene.product.ready();
        const open = await openIncidents(scene);
        for (const job of jobs) {
          const monitor = await api.call("GET", `/monitors/${job.id}`);
          const status = String(monitor["status"]) as "up" | "down";
          if (job.possible.size > 0)
            expect([seed, [...job.possible]]).toEqual([seed, expect.arrayContaining([status])]);
          expect([seed, job.id, open.get(job.id) ?? 0]).toEqual([seed, job.id, status === "down" ? 1 : 0]);
          const { data } = (await api.call("GET", `/monitors/${job.id}/results?limit=1`)) as {
            data: Fields[];
          };
          expect(Number(data[0]?.["number"] ?? 0)).toBeGreaterThanOrEqual(job.answered);
          job.possible = new Set([status]);
          job.answered = Number(data[0]?.["number"] ?? 0);
        }
        const was = await api.call("GET", `/monitors/${looked}`);
        expect([seed, open.get(looked) ?? 0]).toEqual([seed, was["status"] === "down" ? 1 : 0]);
      }

      // At rest, everything says what is true.
      await api.call("PATCH", `/monitors/${looked}`, { description: "at rest" });
      const wanted = site.isUp ? "up" : "down";
      await eventually(
        () => api.call("GET", `/monitors/${looked}`),
        ({ status }) => status === wanted,
      );
      const { status } = await api.call("GET", `/services/${service}`);
      expect(status).toBe(site.isUp ? "operational" : "down");
      expect((await openIncidents(scene)).get(looked) ?? 0).toBe(site.isUp ? 0 : 1);
      expect(site.looks).toBeGreaterThan(KILLS);
    }),
  LIMIT_MS,
);
