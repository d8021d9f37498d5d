// In: requests. Out: the answers of a Teams workflow, and of an old connector, whose failures are a 200.
import { teamsSamples } from "../../channels/suite/types/teams";
import { jsonAnswer, readBody, type ServiceModel } from "./service";

const [sample] = teamsSamples;
const SIGNATURE = "teamsSignature-0001_bbbbbbbbbbbbbbbbbbbbb";
const WORKFLOW = "teams0002workflowaaaaaaaaaaaaaaaa";
const PATH = `/powerautomate/automations/direct/workflows/${WORKFLOW}/triggers/manual/paths/invoke`;

export const teamsService: ServiceModel = {
  config: (origin) => ({
    webhook_url: `${origin}${PATH}?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${SIGNATURE}`,
  }),
  secrets: [SIGNATURE, WORKFLOW],
  answer: (request) => {
    const { url, body } = request;
    if (!url.pathname.startsWith("/powerautomate/")) return null;
    if (url.searchParams.get("sig") !== SIGNATURE || url.searchParams.get("sp") !== "/triggers/manual/run")
      return jsonAnswer(401, { error: { code: "DirectApiAuthorizationRequired", message: "…" } });
    if (url.pathname !== PATH) return jsonAnswer(404, { error: { code: "WorkflowNotFound", message: "…" } });
    if (readBody(request) === null || sample!.breaches(body, undefined as never).length > 0)
      return jsonAnswer(400, { error: { code: "TriggerInputSchemaMismatch", message: "…" } });
    return new Response(null, { status: 202 });
  },
  tooMany: {
    // With a status of 200, as old connectors said it.
    answer: () =>
      new Response(
        "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId tcid=0,server=msgapi,cv=0..",
      ),
    waitMs: 15_000,
  },
  refusal: {
    answer: () => jsonAnswer(404, { error: { code: "WorkflowNotFound", message: "…" } }),
    reason: /the workflow was removed/,
  },
  read: ({ body }) => sample!.show!(body, undefined as never).text,
};
