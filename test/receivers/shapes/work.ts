// In: nothing. Out: what pipelines and on-call systems post: GitHub, GitLab, PagerDuty, Opsgenie; and flat JSON.
import type { Shape } from "./shape";

const run = (conclusion: string | null, more: Record<string, unknown> = {}) => ({
  action: conclusion === null ? "requested" : "completed",
  workflow_run: {
    id: 30_433_642,
    name: "Deploy",
    head_branch: "main",
    head_sha: "acb5820ced9479c074f688cc328bf03f341a511d",
    event: "push",
    status: conclusion === null ? "queued" : "completed",
    conclusion,
    workflow_id: 159_038,
    html_url: "https://github.example.com/acme/shop/actions/runs/30433642",
    display_title: "Pay by invoice",
    ...more,
  },
  workflow: { id: 159_038, name: "Deploy" },
  repository: { id: 1, name: "shop", full_name: "acme/shop", default_branch: "main" },
  sender: { login: "kim" },
});

const github = { "x-github-event": "workflow_run" };

export const githubActions: Shape[] = [
  { title: "a run fails", headers: github, payload: run("failure"), says: ["Deploy down failure"] },
  { title: "a run succeeds", headers: github, payload: run("success"), says: ["Deploy operational success"] },
  {
    title: "a run is cancelled",
    headers: github,
    payload: run("cancelled"),
    says: ["Deploy ignore cancelled"],
  },
  { title: "a run times out", headers: github, payload: run("timed_out"), says: ["Deploy down timed_out"] },
  { title: "a run begins", headers: github, payload: run(null), says: "nothing" },
  {
    title: "a run of a pull request",
    headers: github,
    payload: run("failure", { event: "pull_request" }),
    says: "nothing",
  },
  {
    title: "a run of another branch",
    headers: github,
    payload: run("failure", { head_branch: "try-it" }),
    says: "nothing",
  },
  {
    title: "a deployment",
    headers: { "x-github-event": "deployment_status" },
    payload: {
      action: "created",
      deployment_status: { state: "in_progress", environment: "production", description: "", log_url: "" },
      deployment: { id: 1, environment: "production" },
      repository: { full_name: "acme/shop" },
    },
    says: ["production maintenance in_progress"],
  },
  {
    title: "its test message",
    headers: { "x-github-event": "ping" },
    payload: { zen: "Keep it logically awesome.", hook_id: 1, hook: {} },
    says: "nothing",
  },
  {
    title: "another event",
    headers: { "x-github-event": "star" },
    payload: { action: "created" },
    says: "nothing",
  },
  { title: "something else", payload: { status: "down" }, says: "unreadable" },
];

const pipeline = (status: string, more: Record<string, unknown> = {}) => ({
  object_kind: "pipeline",
  object_attributes: {
    id: 31,
    iid: 3,
    ref: "main",
    tag: false,
    source: "push",
    status,
    detailed_status: status,
    stages: ["build", "deploy"],
    url: "https://gitlab.example.com/acme/shop/-/pipelines/31",
    ...more,
  },
  user: { name: "Kim" },
  project: { id: 1, name: "Shop", path_with_namespace: "acme/shop", default_branch: "main" },
  commit: { id: "bcbb5ec", title: "Pay by invoice" },
  builds: [],
});

export const gitlab: Shape[] = [
  { title: "a pipeline fails", payload: pipeline("failed"), says: ["Shop down failed"] },
  { title: "a pipeline succeeds", payload: pipeline("success"), says: ["Shop operational success"] },
  { title: "a pipeline runs", payload: pipeline("running"), says: ["Shop ignore running"] },
  { title: "another branch", payload: pipeline("failed", { ref: "try-it" }), says: "nothing" },
  {
    title: "a merge request",
    payload: pipeline("failed", { source: "merge_request_event" }),
    says: "nothing",
  },
  {
    title: "a deployment",
    payload: {
      object_kind: "deployment",
      status: "running",
      deployment_id: 15,
      environment: "production",
      project: { name: "Shop", path_with_namespace: "acme/shop" },
      commit_title: "Pay by invoice",
    },
    says: ["production maintenance running"],
  },
  { title: "a push", payload: { object_kind: "push", ref: "refs/heads/main" }, says: "nothing" },
  { title: "something else", payload: { status: "down" }, says: "unreadable" },
];

const incident = (event_type: string, more: Record<string, unknown> = {}) => ({
  event: {
    id: "5ac64822-4adc-4fda-ade0-410becf0de4f",
    event_type,
    resource_type: "incident",
    occurred_at: "2026-01-05T11:00:00.615Z",
    agent: null,
    client: null,
    data: {
      id: "PGR0VU2",
      type: "incident",
      html_url: "https://acme.pagerduty.example.com/incidents/PGR0VU2",
      number: 2,
      status: "triggered",
      title: "Shop does not answer",
      urgency: "high",
      service: { id: "PF9KMXH", summary: "Shop", type: "service_reference" },
      ...more,
    },
  },
});

export const pagerduty: Shape[] = [
  {
    title: "triggered",
    payload: incident("incident.triggered"),
    says: ["Shop down incident.triggered (high)"],
  },
  {
    title: "triggered, not urgent",
    payload: incident("incident.triggered", { urgency: "low" }),
    says: ["Shop degraded incident.triggered (low)"],
  },
  {
    title: "taken",
    payload: incident("incident.acknowledged"),
    says: ["Shop ignore incident.acknowledged"],
  },
  { title: "resolved", payload: incident("incident.resolved"), says: ["Shop operational incident.resolved"] },
  {
    title: "its test message",
    payload: { event: { id: "1", event_type: "pagey.ping", data: {} } },
    says: "nothing",
  },
  {
    title: "another resource",
    payload: { event: { event_type: "service.updated", data: {} } },
    says: "nothing",
  },
  { title: "version 2", payload: { messages: [{ event: "incident.trigger" }] }, says: "unreadable" },
];

const opsgenieAlert = (action: string, more: Record<string, unknown> = {}) => ({
  source: { name: "web", type: "API" },
  alert: {
    alertId: "052652ac-5d1c-464a-812a-7dd18bbfba8c",
    message: "Shop does not answer",
    tags: ["web"],
    tinyId: "1791",
    entity: "Shop",
    alias: "shop",
    createdAt: 1_767_610_800_000,
    updatedAt: 1_767_610_800_000,
    username: "kim",
    priority: "P1",
    ...more,
  },
  action,
  integrationId: "37c8f316",
  integrationName: "Andon",
});

export const opsgenie: Shape[] = [
  { title: "created", payload: opsgenieAlert("Create"), says: ["Shop down Create (P1)"] },
  {
    title: "created, less urgent",
    payload: opsgenieAlert("Create", { priority: "P4" }),
    says: ["Shop degraded Create (P4)"],
  },
  { title: "taken", payload: opsgenieAlert("Acknowledge"), says: ["Shop ignore Acknowledge"] },
  { title: "closed", payload: opsgenieAlert("Close"), says: ["Shop operational Close"] },
  { title: "something else", payload: { alert: {} }, says: "unreadable" },
];

export const generic: Shape[] = [
  { title: "down", payload: { status: "down", message: "No answer" }, says: ["- down down"] },
  { title: "up", payload: { status: "UP" }, says: ["- operational UP"] },
  {
    title: "the seed's word for maintenance",
    payload: { status: "scheduled" },
    says: ["- maintenance scheduled"],
  },
  { title: "no object", payload: 7, says: "unreadable" },
];

export const common: Shape[] = [
  { title: "Zabbix", payload: { status: "PROBLEM", message: "High load" }, says: ["- down PROBLEM"] },
  { title: "Home Assistant", payload: { status: "on_line" }, says: ["- ? on_line"] },
  { title: "a script", payload: { status: "OK" }, says: ["- operational OK"] },
  { title: "a number", payload: { status: 0 }, says: ["- down 0"] },
  { title: "a truth value", payload: { status: true }, says: ["- operational true"] },
];
