// In: the address of a light, and the alerts that are open. Out: the stack light channel type: the worst
// of them is shown, flashing until somebody acknowledges it. An event is only the reason to look.
import type { AlertSnapshot, TellableEvent } from "../../core/events";
import type { Severity } from "../../core/severity";
import type { ComposedBody, Judgement, Message, OpenAlerts, OutboundRequest, SendResult } from "../channel";
import { jsonBody, judgeNative, nativeType } from "../native";
import { parseStackLightConfig, type Looks, type StackLightConfig } from "./config";
import { STACK_LIGHT_FIELDS } from "./fields";

const EVENTS: readonly TellableEvent[] = ["alert.triggered", "alert.acknowledged", "alert.resolved"];

/** Until a light that was switched off for a moment is back: 6 min. Then it is shown again and again. */
const RETRY_DELAYS_SECONDS = [1, 2, 5, 10, 30, 60, 60, 60, 60, 60] as const;

/** What `compose` stores. A real event says nothing: the light shows what is open when it is reached. */
interface Stored {
  event: string;
  /** A test shows its own sample. */
  test?: { severity: Severity | null; acknowledged: boolean };
}

const decoder = new TextDecoder();

const sampleOf = (alert: AlertSnapshot | undefined): NonNullable<Stored["test"]> =>
  alert === undefined || alert.status === "resolved"
    ? { severity: null, acknowledged: false }
    : { severity: alert.severity, acknowledged: alert.status === "acknowledged" };

const compose = ({ event, test, alert }: Message): ComposedBody => {
  const stored: Stored = { event, ...(test === true ? { test: sampleOf(alert) } : {}) };
  return jsonBody(stored);
};

type Scene = Pick<OpenAlerts, "worst" | "isAcknowledged">;

const queryOf = (
  { unacknowledged, acknowledged, allClear }: Looks,
  { worst, isAcknowledged }: Scene,
): string => (worst === null ? allClear : (isAcknowledged ? acknowledged : unacknowledged)[worst]);

const nameOf = ({ worst, isAcknowledged }: Scene): string =>
  worst === null ? "all clear" : `${worst}, ${isAcknowledged ? "acknowledged" : "not acknowledged"}`;

const requestFor = ({ url, looks }: StackLightConfig, scene: Scene, version: string): OutboundRequest => {
  const query = queryOf(looks, scene);
  return {
    method: "GET",
    url: `${url}/api/control?${query}`,
    headers: { "User-Agent": `Andon/${version}`, "Accept-Encoding": "identity" },
    body: null,
    evidence: { Shows: `${nameOf(scene)} (${query})` },
  };
};

/** The light says `Error.` under status 200 to a command that it does not know (LA6-POE, 5.8). */
const judge = (result: SendResult): Judgement => {
  const judgement = judgeNative(result);
  if (judgement.outcome === "delivered" && /^\s*error/i.test(result.responseBody))
    return { outcome: "client_error", retry: true, reason: "The light does not know the command." };
  // Whatever it is: the light has to be brought to show the truth.
  return { ...judgement, retry: judgement.outcome !== "delivered" && judgement.outcome !== "invalid_config" };
};

const NOTHING_OPEN: Scene = { worst: null, isAcknowledged: false };

export const stackLight = nativeType<StackLightConfig>({
  kind: "stack_light",
  label: "Stack light",
  description: "Shows the worst open alert on a Patlite signal tower, and goes back when it clears.",
  fields: STACK_LIGHT_FIELDS,
  audience: "state",
  defaultEvents: EVENTS,
  parse: parseStackLightConfig,
  behaviour: ({ timeoutMs, reassertSeconds }) => ({
    timeoutMs,
    reassertSeconds,
    retryDelaysSeconds: RETRY_DELAYS_SECONDS,
    jitter: false,
    ordered: false,
  }),
  compose,
  request: ({ body }, config, { state, version }) => {
    const { test } = JSON.parse(decoder.decode(body)) as Stored;
    const scene =
      test === undefined
        ? (state?.() ?? NOTHING_OPEN)
        : { worst: test.severity, isAcknowledged: test.acknowledged };
    return requestFor(config, scene, version);
  },
  show: (config, { open, version }) => requestFor(config, open, version),
  judge,
  targets: ({ url }) => [{ field: "config.url", url }],
  secrets: () => [],
});
