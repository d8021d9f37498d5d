// In: the answer of a Teams workflow, or of an old connector. Out: what it means. Old connectors
// answered 200 to everything and put the failure into the body (MicrosoftDocs/msteams-docs #1810, #7425).
import type { Judgement, SendResult } from "../channel";
import { judgeNative, readJson } from "../native";

/** Errors of Power Automate and Logic Apps, as their answers name them. */
const CODES: Readonly<Record<string, string>> = {
  WorkflowTriggerIsNotEnabled: "the workflow is switched off",
  WorkflowNotFound: "the workflow was removed",
  DirectApiAuthorizationRequired: "the URL is incomplete: copy all of it, with its signature",
  RequestEntityTooLarge: "the message is too large",
};

/** Microsoft's advice where the answer names no time. */
const WAIT_MS = 15_000;

const HIDDEN_FAILURE = /^Webhook message delivery failed with error: .*?(?:HTTP error (\d{3}))?(?: |\.|$)/s;

/** An old connector's 200: `1` when the card was posted. */
const hiddenStatus = (body: string): number | null => {
  if (!HIDDEN_FAILURE.test(body)) return null;
  return Number(/HTTP error (\d{3})/.exec(body)?.[1] ?? 502);
};

const withWait = (judgement: Judgement, { responseHeaders }: SendResult): Judgement =>
  judgement.outcome === "rate_limited" && responseHeaders["retry-after"] === undefined
    ? { ...judgement, retryAfterMs: WAIT_MS }
    : judgement;

export const judgeTeams = (result: SendResult): Judgement => {
  const hidden = result.statusCode === 200 ? hiddenStatus(result.responseBody.trim()) : null;
  if (hidden !== null) {
    const judgement = judgeNative({ ...result, statusCode: hidden });
    return withWait(
      { ...judgement, reason: `Teams did not post it: its service answered ${hidden}.` },
      result,
    );
  }
  const judgement = withWait(judgeNative(result), result);
  const error = readJson(result)["error"];
  const code = typeof error === "object" && error !== null ? (error as { code?: unknown }).code : undefined;
  const meaning = typeof code === "string" && Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  return meaning === undefined || judgement.outcome === "delivered"
    ? judgement
    : { ...judgement, reason: `Teams answered ${result.statusCode}: ${meaning} (${String(code)}).` };
};
