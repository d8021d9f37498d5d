// In: where to send, the receiver's secret and the services. Out: how many signed status changes were accepted.
// Each connection has one service, whose status goes up and down with each request.
import { createHmac } from "node:crypto";
import { answerJob } from "../../harness/job";
import { requestBytes, runLoad, type Answer } from "../../harness/load";

export interface ReceiversInput {
  port: number;
  path: string;
  secret: string;
  /** One for each connection; null where the receiver has a service of its own. */
  services: readonly (string | null)[];
  durationMs: number;
}

export interface ReceiversOutput {
  changes: number;
  elapsedMs: number;
  refused: number;
  firstRefusal: Answer | null;
}

const STATUSES = ["down", "operational"] as const;

await answerJob<ReceiversInput, ReceiversOutput>(async ({ port, path, secret, services, durationMs }) => {
  const requests = services.map((service) =>
    STATUSES.map((status) => {
      const body = JSON.stringify({
        ...(service === null ? {} : { service_name: service }),
        status,
        message: `It is ${status}.`,
      });
      const signature = createHmac("sha256", secret).update(body).digest("hex");
      return requestBytes({ method: "POST", path, body, headers: { "X-Webhook-Signature": signature } });
    }),
  );
  const turns = new Array<number>(services.length).fill(0);
  const until = performance.now() + durationMs;
  const result = await runLoad({
    port,
    connections: services.length,
    next: (connection) => {
      if (performance.now() >= until) return null;
      const turn = turns[connection] ?? 0;
      turns[connection] = turn + 1;
      return requests[connection]?.[turn % STATUSES.length] ?? null;
    },
  });
  return {
    changes: result.accepted,
    elapsedMs: result.elapsedMs,
    refused: result.refused,
    firstRefusal: result.firstRefusal,
  };
});
