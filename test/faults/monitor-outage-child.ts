// In: nothing; runs in a network of its own, with a cable to another one. Out: as JSON, what monitors of two hosts
// there said while the cable was out, at either end, and when one of the hosts was really gone.
import { startApp } from "../harness/app";
import { openCabledNetwork } from "../harness/cabled-network";
import { eventually } from "../harness/eventually";

export interface MonitorOutage {
  end: "ours" | "theirs" | "a host";
  /** Per monitor: how it stands, and what was seen last. */
  during: [status: string, outcome: string][];
  openIncidents: string[];
  warnings: string[];
}

const TARGETS = [
  { name: "first", type: "http", url: "http://10.77.0.2:8001/" },
  { name: "first by TCP", type: "tcp", host: "10.77.0.2", port: 8002 },
  { name: "second", type: "http", url: "http://10.77.0.3:8001/" },
] as const;

type Monitor = { status: string; last_result: { outcome: string; at: string } | null };

const network = await openCabledNetwork();
const run = await startApp();
const ids: string[] = [];
for (const target of TARGETS) {
  const { status, body } = await run.api("POST", "/monitors", {
    ...target,
    interval_seconds: 3_600,
    timeout_seconds: 4,
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  ids.push(String(body.id));
}
const read = async (id: string): Promise<Monitor> =>
  (await run.api("GET", `/monitors/${id}`)).body as Monitor;

/** All at once, as their time would come. */
const lookAgain = async (isWanted: (outcomes: string[]) => boolean): Promise<[string, string][]> => {
  for (const id of ids) await run.api("PATCH", `/monitors/${id}`, { description: String(Math.random()) });
  const monitors = await eventually(
    () => Promise.all(ids.map(read)),
    (all) => isWanted(all.map(({ last_result: last }) => last?.outcome ?? "")),
  );
  return monitors.map(({ status, last_result: last }) => [status, last?.outcome ?? ""]);
};
const openIncidents = async (): Promise<string[]> =>
  ((await run.api("GET", "/incidents")).body.data as { title: string; status: string }[])
    .filter(({ status }) => status !== "resolved")
    .map(({ title }) => title);
const warnings = async (): Promise<string[]> =>
  ((await (await fetch(`${run.url}/readyz`)).json()) as { warnings: string[] }).warnings;

const areUp = (outcomes: string[]): boolean => outcomes.every((outcome) => outcome === "up");
await lookAgain(areUp);
const outages: MonitorOutage[] = [];
for (const end of ["ours", "theirs"] as const) {
  if (end === "ours") network.pull();
  else await network.ask("down");
  outages.push({
    end,
    during: await lookAgain((outcomes) => outcomes.every((outcome) => outcome !== "up")),
    openIncidents: await openIncidents(),
    warnings: await warnings(),
  });
  if (end === "ours") network.plug();
  else await network.ask("up");
  await lookAgain(areUp);
}
await network.ask("gone");
outages.push({
  end: "a host",
  during: await lookAgain(([, , second]) => second === "down"),
  openIncidents: await openIncidents(),
  warnings: await warnings(),
});
process.stdout.write(JSON.stringify(outages));
await run.stop();
network.close();
process.exit(0);
