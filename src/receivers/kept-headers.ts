// In: the headers of a request. Out: those that tell one kind of request from another; nothing that proves who
// sent it.
import { cutText } from "../lib/cut-text";

const KEPT = [
  "content-type",
  "user-agent",
  "webhook-id",
  "webhook-timestamp",
  "x-delivery-id",
  "idempotency-key",
  "x-github-event",
  "x-github-delivery",
  "x-gitlab-event",
  "x-amz-sns-message-type",
] as const;
const LONGEST = 256;

/** Names in lower case. */
export const keptHeaders = (headers: Pick<Headers, "get">): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const name of KEPT) {
    const value = headers.get(name);
    if (value !== null) kept[name] = cutText(value, LONGEST);
  }
  return kept;
};
