// In: an empty Andon and two mailboxes. Out: the line of machines with a day of history, the rules,
// the channels and the escalation policy, all made through the public API.
import type { ApiClient } from "./client";
import { OVEN_CLEAR, OVEN_LIMIT } from "./failure";
import { LINE, readingsAt, type SimulatedReading } from "./line";
import type { Mailbox } from "./receiver";

/** Fractions of a minute, so that nobody waits: in a plant it would be 15. */
export const ESCALATION_SECONDS = 30;
/** A heartbeat rule in a plant says minutes; here everybody is watching. */
export const SILENCE_SECONDS = 20;

/** How far back the charts begin, and how dense they are there: the last hour more than the day. */
const HISTORY: readonly { fromSecond: number; toSecond: number; stepSeconds: number }[] = [
  { fromSecond: -86_400, toSecond: -3_600, stepSeconds: 60 },
  { fromSecond: -3_600, toSecond: 0, stepSeconds: 10 },
];
const READINGS_PER_REQUEST = 1_000;

export interface StageParts {
  api: ApiClient;
  /** Milliseconds since 1970. */
  now: () => number;
  receiverUrl: string;
  /** Told of every alert. */
  maintenance: Mailbox;
  /** Told when nobody has acknowledged. */
  supervisor: Mailbox;
}

interface Created {
  id: string;
}

const createMachines = async (api: ApiClient): Promise<Map<string, string>> => {
  const ids = new Map<string, string>();
  for (const { name, type, labels } of LINE) {
    const { id } = await api.call<Created>("POST", "/machines", { name, type, labels });
    ids.set(name, id);
  }
  return ids;
};

/** Metrics come into being with their first reading; afterwards they can be given units. */
const sendHistory = async (api: ApiClient, now: number): Promise<void> => {
  const history: (SimulatedReading & { timestamp: string })[] = [];
  for (const { fromSecond, toSecond, stepSeconds } of HISTORY)
    for (let second = fromSecond; second < toSecond; second += stepSeconds) {
      const timestamp = new Date(now + second * 1000).toISOString();
      for (const reading of readingsAt(second)) history.push({ ...reading, timestamp });
    }
  for (let from = 0; from < history.length; from += READINGS_PER_REQUEST)
    await api.call("POST", "/readings", history.slice(from, from + READINGS_PER_REQUEST));
};

const describeMetrics = async (api: ApiClient, ids: ReadonlyMap<string, string>): Promise<void> => {
  for (const machine of LINE)
    for (const { name, displayName, unit, decimals, range } of machine.metrics)
      await api.call("PATCH", `/machines/${ids.get(machine.name)}/metrics/${name}`, {
        display_name: displayName,
        unit,
        decimals,
        range,
      });
};

const createChannel = async (
  api: ApiClient,
  name: string,
  url: string,
  { sharedSecret, signingSecret }: Mailbox,
  events: readonly string[],
): Promise<string> => {
  const { id } = await api.call<Created>("POST", "/notification-channels", {
    name,
    type: "webhook",
    config: {
      url,
      dialect: "haltless",
      headers: { "X-Webhook-Secret": sharedSecret },
      secret: signingSecret,
    },
    events,
    is_active: true,
  });
  return id;
};

const createRules = async (api: ApiClient): Promise<void> => {
  await api.call("POST", "/alert-rules", {
    name: "Oven too cold",
    severity: "critical",
    is_active: true,
    selector: { machine_type: "oven" },
    condition: {
      type: "threshold",
      metric: "temperature",
      operator: "<",
      threshold: OVEN_LIMIT,
      clear_threshold: OVEN_CLEAR,
    },
    message: "{{machine}} is at {{value}} {{unit}}, below {{threshold}} {{unit}}",
  });
  await api.call("POST", "/alert-rules", {
    name: "Machine silent",
    severity: "warning",
    is_active: true,
    selector: {},
    condition: { type: "heartbeat", after_seconds: SILENCE_SECONDS },
    message: "{{machine}} has been silent for {{value}} s",
  });
  await api.call("POST", "/alert-rules", {
    name: "Spindle vibration high",
    severity: "warning",
    is_active: true,
    selector: { machine_type: "cnc_mill" },
    condition: {
      type: "threshold",
      metric: "vibration",
      operator: ">",
      threshold: 7.1,
      deadband: 0.5,
      on_delay_seconds: 10,
    },
  });
};

/** Everything stands when the promise resolves; rejects with what the API answered. */
export const setStage = async (parts: StageParts): Promise<void> => {
  const { api, receiverUrl, maintenance, supervisor } = parts;
  const ids = await createMachines(api);
  await sendHistory(api, parts.now());
  await describeMetrics(api, ids);
  await createChannel(api, "Maintenance", `${receiverUrl}${maintenance.path}`, maintenance, [
    "alert.triggered",
    "alert.acknowledged",
    "alert.resolved",
  ]);
  const supervisorId = await createChannel(
    api,
    "Supervisor on call",
    `${receiverUrl}${supervisor.path}`,
    supervisor,
    ["alert.escalated"],
  );
  await api.call("POST", "/escalation-policies", {
    name: `Critical, call the supervisor after ${ESCALATION_SECONDS} s`,
    severity: "critical",
    wait_minutes: ESCALATION_SECONDS / 60,
    channel_id: supervisorId,
    is_active: true,
  });
  await createRules(api);
};
