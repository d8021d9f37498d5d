// In: where to send, how many alerts, in which shape. Out: when the first was sent and how many were
// accepted. Each alert is of a machine of its own, `a<number>`, on the line `l<number mod channels>`.
import { answerJob } from "../../harness/job";
import { requestBytes, runLoad, type Answer } from "../../harness/load";
import { wallTime } from "../../harness/process";

export interface AlertsInput {
  port: number;
  token: string;
  /** `quiet`: readings below the limit, which make the machines known. */
  kind: "quiet" | "breach" | "alertmanager";
  alerts: number;
  /** Number of the first machine. */
  first: number;
  perRequest: number;
  connections: number;
  channels: number;
}

export interface AlertsOutput {
  /** Wall time in ms. */
  firstAt: number;
  elapsedMs: number;
  acceptedAlerts: number;
  refused: number;
  firstRefusal: Answer | null;
}

const readingOf = ({ kind, channels }: AlertsInput, machine: number, timestamp: string): unknown => ({
  machine: `a${machine}`,
  metric: "pressure",
  value: kind === "quiet" ? 10 : 96.5,
  timestamp,
  tags: { line: `l${machine % channels}` },
});

const prometheusAlert = ({ channels }: AlertsInput, machine: number): unknown => ({
  labels: {
    alertname: "Pressure",
    machine: `a${machine}`,
    line: `l${machine % channels}`,
    severity: "warning",
  },
  annotations: { summary: "Pressure 96.5 bar is above the limit of 90 bar" },
});

await answerJob<AlertsInput, AlertsOutput>(async (input) => {
  const { port, token, kind, alerts, first, perRequest, connections } = input;
  const path = kind === "alertmanager" ? "/api/v2/alerts" : "/api/v1/readings";
  const timestamp = new Date(Date.now() - (kind === "quiet" ? 1_000 : 0)).toISOString();
  const bodies: Buffer[] = [];
  for (let from = first; from < first + alerts; from += perRequest) {
    const items = Array.from({ length: Math.min(perRequest, first + alerts - from) }, (_, index) =>
      kind === "alertmanager"
        ? prometheusAlert(input, from + index)
        : readingOf(input, from + index, timestamp),
    );
    bodies.push(requestBytes({ method: "POST", path, token, body: JSON.stringify(items) }));
  }
  let sent = 0;
  const firstAt = wallTime();
  const result = await runLoad({ port, connections, next: () => bodies[sent++] ?? null });
  return {
    firstAt,
    elapsedMs: result.elapsedMs,
    acceptedAlerts: Math.min(result.accepted * perRequest, alerts),
    refused: result.refused,
    firstRefusal: result.firstRefusal,
  };
});
