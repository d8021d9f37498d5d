// In: questions of container runtimes, load balancers and Prometheus. Out: whether the process lives,
// whether it can do its job, and its figures.
import { Elysia } from "elysia";
import type { AccessPlugin } from "../http/access";
import type { Health } from "./health";
import type { Metrics } from "./metrics";
import { Alive, Ready } from "./wire";

export interface OperationParts {
  health: Health;
  metrics: Metrics;
  /** /metrics without a token. */
  isPublic: boolean;
}

const NOT_KEPT = { "cache-control": "no-store" } as const;

export const operationRoutes = (access: AccessPlugin, { health, metrics, isPublic }: OperationParts) =>
  new Elysia({ name: "operations" })
    .use(access)
    .get(
      "/healthz",
      ({ set }) => {
        Object.assign(set.headers, NOT_KEPT);
        return { status: "ok" as const };
      },
      {
        access: "public",
        response: Alive,
        detail: { summary: "Is the process alive?", tags: ["Operations"] },
      },
    )
    .get(
      "/readyz",
      async ({ set, status }) => {
        Object.assign(set.headers, NOT_KEPT);
        const readiness = await health.readiness();
        return readiness.ready ? readiness : status(503, readiness);
      },
      {
        access: "public",
        response: { 200: Ready, 503: Ready },
        detail: { summary: "Can it do its job?", tags: ["Operations"] },
      },
    )
    .get(
      "/metrics",
      async () =>
        new Response(await metrics.render(), {
          headers: { "content-type": metrics.contentType, ...NOT_KEPT },
        }),
      {
        access: isPublic ? "public" : "viewer",
        detail: { summary: "Figures for Prometheus", tags: ["Operations"] },
      },
    );
