// In: GitHub's webhooks about workflow runs and deployments. Out: how the last run on the default branch ended:
// that of a branch or of a pull request says nothing about a service.
import { nothing, unlike, type Preset, type PresetContext, type PresetReading } from "./preset";
import { at, firstText, instantAt, isRecord, textAt, wordAt } from "./walk";

const readRun = (payload: unknown): PresetReading => {
  const run = at(payload, "workflow_run");
  const branch = textAt(run, "head_branch");
  const standard = textAt(payload, "repository", "default_branch");
  if (wordAt(run, "event")?.startsWith("pull_request") === true)
    return nothing("The run is of a pull request.");
  if (branch !== null && standard !== null && branch !== standard)
    return nothing(`The run is of the branch ${branch}, not of ${standard}.`);
  const conclusion = textAt(run, "conclusion");
  if (conclusion === null) return nothing("The run is not over yet.");
  const name = textAt(run, "name");
  const repository = textAt(payload, "repository", "full_name");
  return {
    kind: "items",
    items: [
      {
        scope: payload,
        raw: conclusion,
        names: [name, repository],
        key: `workflow ${repository ?? ""} ${firstText(textAt(run, "workflow_id"), name) ?? ""}`,
        title: firstText(textAt(run, "display_title"), name),
        message: `${name ?? "The workflow"} of ${repository ?? "the repository"}: ${conclusion}`,
        url: textAt(run, "html_url"),
        at: instantAt(run, "updated_at"),
      },
    ],
  };
};

const readDeployment = (payload: unknown): PresetReading => {
  const status = at(payload, "deployment_status");
  const environment = firstText(textAt(status, "environment"), textAt(payload, "deployment", "environment"));
  const repository = textAt(payload, "repository", "full_name");
  return {
    kind: "items",
    items: [
      {
        scope: payload,
        raw: textAt(status, "state"),
        names: [environment, repository],
        key: `deployment ${repository ?? ""} ${environment ?? ""}`,
        title: environment,
        message: textAt(status, "description"),
        url: firstText(textAt(status, "log_url"), textAt(status, "target_url")),
        at: instantAt(status, "created_at"),
      },
    ],
  };
};

const read = (payload: unknown, { headers }: PresetContext): PresetReading => {
  if (isRecord(at(payload, "workflow_run"))) return readRun(payload);
  if (isRecord(at(payload, "deployment_status"))) return readDeployment(payload);
  const event = headers["x-github-event"];
  if (event === "ping" || textAt(payload, "zen") !== null) return nothing("GitHub's test message.");
  return event === undefined ? unlike("GitHub") : nothing(`Events of the kind ${event} say nothing here.`);
};

export const githubActions: Preset = {
  name: "github_actions",
  label: "GitHub Actions",
  about: "How workflow runs on the default branch end, and the states of deployments.",
  setup: [
    "In the repository under Settings, Webhooks: Payload URL is the receiver's URL, Content type application/json.",
    "Secret: the receiver's HMAC secret. Events: Workflow runs, Deployment statuses.",
  ],
  serviceFrom: "the workflow's or the environment's name",
  signature: {
    header: "X-Hub-Signature-256",
    scheme: "auto",
    hint: "sha256= and the HMAC-SHA256 of the body as hex, with the webhook's secret.",
  },
  words: {
    success: "operational",
    neutral: "ignore",
    skipped: "ignore",
    cancelled: "ignore",
    stale: "ignore",
    action_required: "ignore",
    queued: "ignore",
    pending: "ignore",
    in_progress: "maintenance",
    inactive: "ignore",
    failure: "down",
    startup_failure: "down",
    timed_out: "down",
  },
  examples: [
    {
      title: "A run fails",
      payload: {
        action: "completed",
        workflow_run: {
          id: 1,
          name: "Deploy",
          workflow_id: 2,
          head_branch: "main",
          event: "push",
          status: "completed",
          conclusion: "failure",
          html_url: "https://github.example.com/acme/shop/actions/runs/1",
        },
        repository: { full_name: "acme/shop", default_branch: "main" },
      },
    },
  ],
  read,
};
