// In: POST /api/v1/readings and GET /api/v1/machines/{id}/readings. Out: readings accepted and queried.
import { Elysia } from "elysia";
import type { Clock } from "../../core/clock";
import { invalid, notFound } from "../../core/errors";
import { readTime } from "../../core/query";
import { isoMillis } from "../../core/time";
import type { AccessPlugin } from "../../http/access";
import { readJson } from "../../http/body";
import type { Registry } from "../registry";
import type { Point } from "../samples/points";
import { RESOLUTIONS } from "../samples/reader";
import type { Samples } from "../samples/samples";
import type { JsonIntake } from "./json-intake";
import {
  DEFAULT_MAX_POINTS,
  READINGS_REQUEST,
  READINGS_RESPONSES,
  ReadingsPage,
  ReadingsQuery,
} from "./wire";

export interface ReadingsRouteParts {
  json: JsonIntake;
  registry: Registry;
  samples: Samples;
  clock: Clock;
}

const HOUR_MS = 3_600_000;
const ACCEPTED = { status: 202, headers: { "content-type": "application/json" } };
/** The usual answer to a single reading. */
const ONE_ACCEPTED = '{"accepted":1,"rejected":[]}';

const presentPoint = ({ time, ...rest }: Point) => ({ time: isoMillis(time), ...rest });

export const readingsRoutes = (access: AccessPlugin, parts: ReadingsRouteParts) => {
  const { json, registry, samples, clock } = parts;
  const tags = ["Readings"];

  return new Elysia({ prefix: "/api/v1" })
    .use(access)
    .post(
      "/readings",
      async ({ principal, request }) => {
        const body = await readJson(request, contentTypeOf(request), true);
        const { accepted, rejected } = await json.take(principal.tenantId, body);
        return new Response(
          accepted === 1 && rejected.length === 0 ? ONE_ACCEPTED : JSON.stringify({ accepted, rejected }),
          ACCEPTED,
        );
      },
      {
        access: "ingest",
        parse: "none",
        detail: {
          summary: "Send readings",
          description:
            "One reading or an array. Each is accepted or rejected by itself; accepted ones are durable.",
          tags,
          requestBody: READINGS_REQUEST,
          responses: READINGS_RESPONSES,
        },
      },
    )
    .get(
      "/machines/:id/readings",
      async ({ principal, params, query }) => {
        const machine = registry.find(principal.tenantId, params.id);
        if (machine === undefined) throw notFound("machine");
        const { metric: name = "" } = query;
        if (name === "") throw invalid("metric", "metric is missing: name the one to show.");
        const metric = machine.metrics.get(name);
        if (metric === undefined) throw notFound("metric");
        const to = readTime("to", query.to) ?? clock.now();
        const from = readTime("from", query.from) ?? to - HOUR_MS;
        if (from > to) throw invalid("from", "from must not be after to.");
        const ofMetric = machine.series.filter((series) => series.metric === name);
        const answers = await Promise.all(
          ofMetric.map((series) =>
            samples.query({
              seriesId: series.id,
              from,
              to,
              resolution: query.resolution ?? "auto",
              maxPoints: query.max_points ?? DEFAULT_MAX_POINTS,
            }),
          ),
        );
        const coarsest = Math.max(0, ...answers.map(({ resolution }) => RESOLUTIONS.indexOf(resolution)));
        return {
          metric: name,
          unit: metric.info.unit,
          decimals: metric.info.decimals,
          resolution: RESOLUTIONS[coarsest] ?? "raw",
          series: ofMetric.map((series, index) => ({
            labels: series.labels,
            points: (answers[index]?.points ?? []).map(presentPoint),
          })),
        };
      },
      {
        access: "viewer",
        query: ReadingsQuery,
        response: ReadingsPage,
        detail: { summary: "Readings of a metric, for a chart", tags },
      },
    );
};

const contentTypeOf = (request: Request): string =>
  (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim() ?? "";
