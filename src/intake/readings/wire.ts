// In: nothing. Out: the API models of readings. The request is checked by hand (json-intake.ts); its
// model here is for the documentation.
import { t } from "elysia";

const READING = {
  type: "object" as const,
  required: ["machine", "metric", "value"],
  properties: {
    machine: { type: "string" as const, description: "Name or ID; a new name registers the machine" },
    metric: { type: "string" as const, maxLength: 200 },
    value: { type: "number" as const, description: "true and false count as 1 and 0" },
    timestamp: {
      type: "string" as const,
      description: "ISO 8601 with a zone, or Unix time; the time of arrival if absent",
    },
    tags: { type: "object" as const, additionalProperties: { type: "string" as const } },
  },
};

/** The request: one reading or many. */
export const READINGS_REQUEST = {
  required: true,
  content: {
    "application/json": { schema: { oneOf: [READING, { type: "array" as const, items: READING }] } },
  },
};

/** The answer, which the handler writes as text: it is the hottest one. */
export const READINGS_RESPONSES = {
  202: {
    description: "What was accepted and is durable, and what was not",
    content: {
      "application/json": {
        schema: {
          type: "object" as const,
          required: ["accepted", "rejected"],
          properties: {
            accepted: { type: "integer" as const },
            rejected: {
              type: "array" as const,
              items: {
                type: "object" as const,
                required: ["index", "reason"],
                properties: {
                  index: { type: "integer" as const },
                  reason: { type: "string" as const },
                },
              },
            },
          },
        },
      },
    },
  },
};

const ResolutionModel = t.Union([t.Literal("raw"), t.Literal("1m"), t.Literal("1h")]);

export const DEFAULT_MAX_POINTS = 1_000;

export const ReadingsQuery = t.Object(
  {
    // Checked by the handler: an unknown machine comes first.
    metric: t.Optional(t.String({ description: "Required" })),
    from: t.Optional(t.String({ description: "Device time from, ISO 8601; an hour before `to` if absent" })),
    to: t.Optional(t.String({ description: "Device time to, ISO 8601; now if absent" })),
    resolution: t.Optional(
      t.Union([t.Literal("auto"), t.Literal("raw"), t.Literal("1m"), t.Literal("1h")], { default: "auto" }),
    ),
    max_points: t.Optional(t.Integer({ minimum: 1, maximum: 10_000, default: DEFAULT_MAX_POINTS })),
  },
  { additionalProperties: false },
);

const PointModel = t.Object({
  time: t.String(),
  value: t.Number({ description: "The reading, or the mean of several" }),
  min: t.Optional(t.Number()),
  max: t.Optional(t.Number()),
  count: t.Optional(t.Integer()),
});

export const ReadingsPage = t.Object({
  metric: t.String(),
  unit: t.Union([t.String(), t.Null()]),
  decimals: t.Union([t.Integer(), t.Null()]),
  resolution: ResolutionModel,
  series: t.Array(t.Object({ labels: t.Record(t.String(), t.String()), points: t.Array(PointModel) })),
});
