// In: a running product's address and token. Out: its API as typed calls, as far as the bench and the
// fault loops need it. An unexpected status throws with the answer's text.

export type Fields = Record<string, unknown>;

export class ApiRefusal extends Error {
  readonly status: number;

  constructor(what: string, status: number, text: string) {
    super(`${what}: ${status} ${text.slice(0, 500)}`);
    this.name = "ApiRefusal";
    this.status = status;
  }
}

export interface RemoteApi {
  call(method: string, path: string, body?: unknown): Promise<Fields>;
  /** Every row of a list, page by page, newest first. */
  list(path: string): Promise<Fields[]>;
}

export const createRemoteApi = (url: string, token: string): RemoteApi => {
  const call = async (method: string, path: string, body?: unknown): Promise<Fields> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new ApiRefusal(`${method} ${path}`, response.status, text);
    return text === "" ? {} : (JSON.parse(text) as Fields);
  };
  return {
    call,
    list: async (path) => {
      const rows: Fields[] = [];
      let cursor: unknown = null;
      do {
        const joint = path.includes("?") ? "&" : "?";
        const after = typeof cursor === "string" ? `&cursor=${encodeURIComponent(cursor)}` : "";
        const page = await call("GET", `${path}${joint}limit=500${after}`);
        rows.push(...(page["data"] as Fields[]));
        cursor = page["next_cursor"];
      } while (cursor !== null && cursor !== undefined);
      return rows;
    },
  };
};

export interface WebhookChannel {
  name: string;
  url: string;
  secret?: string;
  events?: string[];
  labels?: Record<string, string>;
  /** Seconds before each retry. */
  retry?: number[];
  timeoutSeconds?: number;
  pauseAfterFailures?: number;
  failureChannelId?: string | undefined;
}

/** Answers with the channel's ID. */
export const createWebhookChannel = async (api: RemoteApi, channel: WebhookChannel): Promise<string> => {
  const { name, url, secret, events, labels, retry, timeoutSeconds } = channel;
  const { pauseAfterFailures, failureChannelId } = channel;
  const created = await api.call("POST", "/notification-channels", {
    name,
    type: "webhook",
    is_active: true,
    config: {
      url,
      ...(secret === undefined ? {} : { secret }),
      ...(retry === undefined ? {} : { retry, jitter: false }),
      ...(timeoutSeconds === undefined ? {} : { timeout_seconds: timeoutSeconds }),
      ...(pauseAfterFailures === undefined ? {} : { pause_after_failures: pauseAfterFailures }),
    },
    ...(failureChannelId === undefined ? {} : { failure_channel_id: failureChannelId }),
    ...(events === undefined ? {} : { events }),
    ...(labels === undefined ? {} : { filters: { labels } }),
  });
  return String(created["id"]);
};

export interface ThresholdRule {
  name: string;
  metric: string;
  above: number;
  clearBelow?: number;
  severity?: "info" | "warning" | "critical";
  labels?: Record<string, string>;
}

/** `metric > above`, on every machine or on those with the labels. Answers with the rule's ID. */
export const createThresholdRule = async (api: RemoteApi, rule: ThresholdRule): Promise<string> => {
  const created = await api.call("POST", "/alert-rules", {
    name: rule.name,
    severity: rule.severity ?? "warning",
    is_active: true,
    selector: rule.labels === undefined ? {} : { labels: rule.labels },
    condition: {
      type: "threshold",
      metric: rule.metric,
      operator: ">",
      threshold: rule.above,
      ...(rule.clearBelow === undefined ? {} : { clear_threshold: rule.clearBelow }),
    },
  });
  return String(created["id"]);
};
