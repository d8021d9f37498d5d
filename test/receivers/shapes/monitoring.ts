// In: nothing. Out: what monitoring systems post: Alertmanager, Grafana, Uptime Kuma, healthchecks, CloudWatch.
import type { Shape } from "./shape";

const alert = (status: string, labels: Record<string, string>, fingerprint: string) => ({
  status,
  labels,
  annotations: { summary: `${labels["alertname"]} of ${labels["service"] ?? labels["instance"]}` },
  startsAt: "2026-01-05T11:00:00.000Z",
  endsAt: status === "firing" ? "0001-01-01T00:00:00Z" : "2026-01-05T12:00:00.000Z",
  generatorURL: "http://prometheus:9090/graph?g0.expr=up",
  fingerprint,
});

const group = (status: string, alerts: unknown[], more: Record<string, unknown> = {}) => ({
  receiver: "andon",
  status,
  alerts,
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: "http://alertmanager:9093",
  version: "4",
  groupKey: "{}:{}",
  truncatedAlerts: 0,
  ...more,
});

export const alertmanager: Shape[] = [
  {
    title: "alerts of a group, each for itself: the group is firing as long as any of them is",
    payload: group("firing", [
      alert("firing", { alertname: "Slow", service: "Shop", severity: "warning" }, "a1"),
      alert("resolved", { alertname: "Down", service: "Mail", severity: "critical" }, "b2"),
      alert("firing", { alertname: "Note", service: "Cart", severity: "info" }, "c3"),
      alert("firing", { alertname: "Down", instance: "db:9100", severity: "page" }, "d4"),
    ]),
    says: [
      "Shop degraded firing (warning)",
      "Mail operational resolved",
      "Cart ignore firing (info)",
      "db:9100 down firing (page)",
    ],
  },
  {
    title: "an alert without severity",
    payload: group("firing", [alert("firing", { alertname: "Down", job: "web" }, "a1")]),
    says: ["web down firing"],
  },
  {
    title: "all resolved",
    payload: group("resolved", [alert("resolved", { alertname: "Down", job: "web" }, "a1")]),
    says: ["web operational resolved"],
  },
  { title: "a group without alerts", payload: group("firing", []), says: "nothing" },
  { title: "something else", payload: { status: "firing" }, says: "unreadable" },
];

export const grafana: Shape[] = [
  {
    title: "two alerts",
    payload: group(
      "firing",
      [
        {
          ...alert("firing", { alertname: "Queue", service: "Shop", severity: "critical" }, "c6"),
          values: { A: 12 },
          valueString: "[ var='A' value=12 ]",
          silenceURL: "https://grafana.example.com/silence",
          dashboardURL: "https://grafana.example.com/d/1",
          panelURL: "",
          imageURL: "",
        },
        alert("resolved", { alertname: "Disk", service: "Mail" }, "c7"),
      ],
      { orgId: 1, version: "1", title: "[FIRING:1]", state: "alerting", message: "**Firing**" },
    ),
    says: ["Shop down firing (critical)", "Mail operational resolved"],
  },
  {
    title: "no data",
    payload: group("firing", [alert("firing", { alertname: "DatasourceNoData", rulename: "Queue" }, "c8")], {
      orgId: 1,
    }),
    says: ["DatasourceNoData down firing"],
  },
  {
    title: "alerting as it was before version 9",
    payload: {
      dashboardId: 1,
      evalMatches: [{ value: 1, metric: "Count", tags: {} }],
      message: "Notification Message",
      orgId: 1,
      panelId: 2,
      ruleId: 1,
      ruleName: "Shop",
      ruleUrl: "http://localhost:3000/d/h",
      state: "alerting",
      tags: { tag: "x" },
      title: "[Alerting] Shop",
    },
    says: ["Shop down alerting"],
  },
  {
    title: "the same is well",
    payload: { ruleId: 1, ruleName: "Shop", state: "ok" },
    says: ["Shop operational ok"],
  },
  {
    title: "the same has no data",
    payload: { ruleId: 1, ruleName: "Shop", state: "no_data" },
    says: ["Shop degraded no_data"],
  },
];

const heartbeat = (status: number, msg: string) => ({
  heartbeat: {
    monitorID: 1,
    status,
    time: "2026-01-05 11:00:00.000",
    msg,
    ping: null,
    important: true,
    duration: 60,
  },
  monitor: { id: 1, name: "Shop", url: "https://shop.example.com", type: "http", interval: 60, tags: [] },
  msg: `[Shop] ${msg}`,
});

export const uptimeKuma: Shape[] = [
  { title: "down", payload: heartbeat(0, "connect ECONNREFUSED"), says: ["Shop down 0"] },
  { title: "up", payload: heartbeat(1, "200 - OK"), says: ["Shop operational 1"] },
  { title: "pending", payload: heartbeat(2, "timeout"), says: ["Shop ignore 2"] },
  { title: "maintenance", payload: heartbeat(3, "Monitor under maintenance"), says: ["Shop maintenance 3"] },
  {
    title: "its test message",
    payload: { heartbeat: null, monitor: null, msg: "Andon Testing" },
    says: "nothing",
  },
];

export const healthchecks: Shape[] = [
  { title: "down", payload: { status: "down", name: "Backup", code: "7d1f" }, says: ["Backup down down"] },
  { title: "up", payload: { status: "up", name: "Backup", code: "7d1f" }, says: ["Backup operational up"] },
  {
    title: "late, with fields of the API",
    payload: { check: { name: "Backup", status: "grace", n_pings: 7 } },
    says: ["Backup degraded grace"],
  },
  { title: "an untemplated body", payload: { text: "Backup is down" }, says: "unreadable" },
];

const alarm = (state: string, old: string) => ({
  AlarmName: "Shop answers",
  AlarmDescription: "Too few answers",
  AWSAccountId: "000000000000",
  AlarmConfigurationUpdatedTimestamp: "2026-01-01T10:00:00.000+0000",
  NewStateValue: state,
  NewStateReason: "Threshold Crossed: 1 datapoint was less than the threshold.",
  StateChangeTime: "2026-01-05T11:00:00.000+0000",
  Region: "EU (Frankfurt)",
  AlarmArn: "arn:aws:cloudwatch:eu-central-1:000000000000:alarm:Shop answers",
  OldStateValue: old,
  Trigger: { MetricName: "Answers", Namespace: "Shop", Dimensions: [] },
});

export const envelope = (message: unknown, more: Record<string, unknown> = {}) => ({
  Type: "Notification",
  MessageId: "4f7d0c9a-0000-5000-8000-000000000001",
  TopicArn: "arn:aws:sns:eu-central-1:000000000000:alarms",
  Subject: "ALARM",
  Message: typeof message === "string" ? message : JSON.stringify(message),
  Timestamp: "2026-01-05T11:00:01.000Z",
  SignatureVersion: "1",
  Signature: "EXAMPLE",
  SigningCertURL: "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0000.pem",
  UnsubscribeURL: "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe",
  ...more,
});

export const cloudwatch: Shape[] = [
  { title: "an alarm", payload: envelope(alarm("ALARM", "OK")), says: ["Shop answers down ALARM"] },
  { title: "well again", payload: envelope(alarm("OK", "ALARM")), says: ["Shop answers operational OK"] },
  {
    title: "too little data",
    payload: envelope(alarm("INSUFFICIENT_DATA", "OK")),
    says: ["Shop answers ignore INSUFFICIENT_DATA"],
  },
  { title: "without an envelope", payload: alarm("ALARM", "OK"), says: ["Shop answers down ALARM"] },
  {
    title: "by EventBridge",
    payload: {
      version: "0",
      "detail-type": "CloudWatch Alarm State Change",
      source: "aws.cloudwatch",
      resources: ["arn:aws:cloudwatch:eu-central-1:000000000000:alarm:Shop answers"],
      detail: { alarmName: "Shop answers", state: { value: "ALARM", reason: "Too few" } },
    },
    says: ["Shop answers down ALARM"],
  },
  { title: "a text of somebody", payload: envelope("Hello"), says: "nothing" },
  {
    title: "a subscription that wants to be confirmed",
    payload: envelope("You have chosen to subscribe", {
      Type: "SubscriptionConfirmation",
      Token: "2336412f37",
      SubscribeURL: "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37",
    }),
    says: "confirmation",
  },
  { title: "something else", payload: { status: "down" }, says: "unreadable" },
];
