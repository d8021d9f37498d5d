// B8. In: 16 connections that post signed status changes to a webhook receiver. Out: requests per second, each
// durable with all that follows from it before its answer: log, status, history, span for uptime and journal.
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { runJob } from "../harness/job";
import { rate, rateFigure, refuseRefusals, type Benchmark, type Context, type Figure } from "./benchmark";
import type { ReceiversInput, ReceiversOutput } from "./clients/receivers";
import { client, openScene, SECRET, withCleanUp } from "./scene";
import { measureSinglesFloor } from "./single-readings";

const CONNECTIONS = 16;
const WARM_UP_MS = 1_500;
const FULL_MS = 20_000;
const QUICK_MS = 4_000;

const countChanges = (directory: string): number => {
  const database = new Database(join(directory, "andon.db"), { readonly: true });
  try {
    return Number(database.query("SELECT COUNT(*) FROM service_history").values()[0]?.[0]);
  } finally {
    database.close();
  }
};

interface Shape {
  what: string;
  settings: Record<string, unknown>;
  /** All connections speak of one service. */
  isOneService: boolean;
}

const SHAPES: readonly Shape[] = [
  { what: "signed status changes of 16 services", settings: {}, isOneService: false },
  {
    what: "the same with incidents",
    settings: { auto_create_incidents: true, auto_resolve_incidents: true },
    isOneService: false,
  },
  { what: "signed words about one service", settings: {}, isOneService: true },
];

const measure = (context: Context, shape: Shape, durationMs: number): Promise<number> =>
  withCleanUp(async (own) => {
    const scene = own(await openScene(context.command));
    const names = Array.from(
      { length: shape.isOneService ? 1 : CONNECTIONS },
      (_, index) => `Service ${index}`,
    );
    for (const name of names) await scene.api.call("POST", "/services", { name });
    const receiver = await scene.api.call("POST", "/webhook-receivers", {
      name: "Bench",
      service_name_field: "service_name",
      hmac_secret: SECRET,
      ...shape.settings,
    });
    const input = (forMs: number): ReceiversInput => ({
      port: scene.product.port,
      path: new URL(String(receiver["url"])).pathname,
      secret: SECRET,
      services: Array.from({ length: CONNECTIONS }, (_, index) => names[index % names.length] ?? null),
      durationMs: forMs,
    });
    const warm = await runJob<ReceiversOutput>(client("receivers"), input(WARM_UP_MS));
    refuseRefusals("Andon", warm);
    const output = await runJob<ReceiversOutput>(client("receivers"), input(durationMs));
    refuseRefusals("Andon", output);
    const changes = countChanges(scene.dataDirectory);
    // Each connection's first word of the second run may find the status there already.
    if (!shape.isOneService && changes < warm.changes + output.changes - CONNECTIONS)
      throw new Error(`${warm.changes + output.changes} changes were answered and ${changes} are there`);
    return rate(output.changes, output.elapsedMs);
  });

export const receivers: Benchmark = {
  id: "B8",
  title: "signed posts to a webhook receiver, 16 connections",
  run: async (context) => {
    const durationMs = context.isQuick ? QUICK_MS : FULL_MS;
    const floor = await measureSinglesFloor(durationMs / 2);
    const figures: Figure[] = [];
    for (const shape of SHAPES) {
      const value = await measure(context, shape, durationMs);
      figures.push(rateFigure(shape.what, "requests/s", value, floor, "≥ 5,000/s durable"));
    }
    return figures;
  },
};
