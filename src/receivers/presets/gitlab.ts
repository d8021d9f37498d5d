// In: GitLab's webhooks about pipelines, jobs and deployments. Out: how the last one on the default branch stands.
import { nothing, unlike, type Preset, type PresetReading } from "./preset";
import { at, firstText, instantAt, isRecord, textAt, wordAt } from "./walk";

const readPipeline = (payload: unknown): PresetReading => {
  const pipeline = at(payload, "object_attributes");
  const ref = textAt(pipeline, "ref");
  const standard = textAt(payload, "project", "default_branch");
  if (isRecord(at(payload, "merge_request")) || wordAt(pipeline, "source") === "merge_request_event")
    return nothing("The pipeline is of a merge request.");
  if (ref !== null && standard !== null && ref !== standard)
    return nothing(`The pipeline is of ${ref}, not of ${standard}.`);
  const project = textAt(payload, "project", "path_with_namespace");
  const status = textAt(pipeline, "status");
  return {
    kind: "items",
    items: [
      {
        scope: payload,
        raw: status,
        names: [textAt(payload, "project", "name"), project],
        key: `pipeline ${project ?? ""} ${ref ?? ""}`,
        title: firstText(textAt(pipeline, "name"), textAt(payload, "commit", "title"), project),
        message: `The pipeline of ${project ?? "the project"} on ${ref ?? "its branch"}: ${status ?? ""}`,
        url: textAt(pipeline, "url"),
        at: instantAt(pipeline, "finished_at"),
      },
    ],
  };
};

const readDeployment = (payload: unknown): PresetReading => {
  const environment = textAt(payload, "environment");
  const isUnderWay = wordAt(payload, "status") === "running";
  return {
    kind: "items",
    items: [
      {
        scope: payload,
        raw: textAt(payload, "status"),
        ...(isUnderWay ? { meaning: "maintenance" as const } : {}),
        names: [environment, textAt(payload, "project", "name")],
        key: `deployment ${textAt(payload, "project", "path_with_namespace") ?? ""} ${environment ?? ""}`,
        title: environment,
        message: textAt(payload, "commit_title"),
        url: textAt(payload, "deployable_url"),
        at: instantAt(payload, "status_changed_at"),
      },
    ],
  };
};

const read = (payload: unknown): PresetReading => {
  const kind = wordAt(payload, "object_kind");
  if (kind === "pipeline") return readPipeline(payload);
  if (kind === "deployment") return readDeployment(payload);
  return kind === null ? unlike("GitLab") : nothing(`Events of the kind ${kind} say nothing here.`);
};

export const gitlab: Preset = {
  name: "gitlab",
  label: "GitLab",
  about: "How pipelines on the default branch stand, and deployments.",
  setup: [
    "In the project under Settings, Webhooks: URL is the receiver's URL, Trigger Pipeline events (and Deployment events).",
    "Secret token, or Signing token: the receiver's HMAC secret.",
  ],
  serviceFrom: "the project's or the environment's name",
  signature: {
    header: "X-Gitlab-Token",
    scheme: "token",
    hint: "The secret token itself, or Standard Webhooks with the signing token.",
  },
  words: {
    success: "operational",
    failed: "down",
    running: "ignore",
    created: "ignore",
    waiting_for_resource: "ignore",
    preparing: "ignore",
    pending: "ignore",
    manual: "ignore",
    scheduled: "ignore",
    canceled: "ignore",
    canceling: "ignore",
    skipped: "ignore",
    blocked: "ignore",
  },
  examples: [
    {
      title: "A pipeline fails",
      payload: {
        object_kind: "pipeline",
        object_attributes: {
          id: 31,
          ref: "main",
          source: "push",
          status: "failed",
          detailed_status: "failed",
          url: "https://gitlab.example.com/acme/shop/-/pipelines/31",
        },
        project: { name: "Shop", path_with_namespace: "acme/shop", default_branch: "main" },
        commit: { title: "Pay by invoice" },
      },
    },
  ],
  read,
};
