// In: POST /api/v2/alerts, as Prometheus posts to each of its Alertmanagers. Out: the alerts of that list, through the
// receiver whose token is the bearer's credential, the password, or part of the path prefix.
import { Elysia, t } from "elysia";
import { AppError, isAppError } from "../core/errors";
import type { AccessPlugin } from "../http/access";
import { factsOf } from "../http/request-facts";
import type { Accept } from "./accept";
import type { Delivery } from "./log";
import { INCOMING_PATH } from "./wire";

/** As Prometheus knows it (its OpenAPI, version 2). */
const PATH = "/api/v2/alerts";

/** Null when there is none. */
const tokenOf = (header: string | null): string | null => {
  const [, scheme = "", value = ""] = /^(\w+) +(\S+)$/.exec(header ?? "") ?? [];
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return null;
  const pair = Buffer.from(value, "base64").toString("utf8");
  return pair.slice(pair.indexOf(":") + 1);
};

const unknown = (): AppError =>
  new AppError(
    "unauthenticated",
    "Send the token of a webhook receiver: as bearer credentials, as the password, or in the path prefix.",
  );

const Answer = t.Object({ status: t.String(), error: t.Optional(t.String()) });

/** Prometheus looks at the status only, and logs the text. */
const answerOf = ({ result, error }: Delivery, set: { status?: number | string }) => {
  const isTaken = result === "processed" || result === "ignored";
  if (!isTaken) set.status = result === "auth_failed" ? 401 : 400;
  return { status: isTaken ? "success" : "error", ...(isTaken || error === null ? {} : { error }) };
};

/** Give it to the server. */
export const alertmanagerRoutes = (access: AccessPlugin, accept: Accept) => {
  const take = async (token: string | null, request: Request): Promise<Delivery> => {
    const { address } = factsOf(request);
    try {
      // Whoever sends none is counted like whoever guesses.
      return await accept({ token: token ?? "", request, address });
    } catch (error) {
      throw isAppError(error, "not_found") ? unknown() : error;
    }
  };
  const detail = {
    tags: ["Webhook receivers"],
    description:
      "The receiver's preset is alertmanager, and its alerts are set. An alert is over at its endsAt, or five minutes after it was last repeated.",
    requestBody: { required: true, content: { "application/json": { schema: {} } } },
  };
  const response = { 200: Answer, 400: Answer, 401: Answer };

  return new Elysia()
    .use(access)
    .post(
      PATH,
      async ({ request, set }) =>
        answerOf(await take(tokenOf(request.headers.get("authorization")), request), set),
      {
        access: "public",
        parse: "none",
        response,
        detail: { ...detail, summary: "Take alerts as Alertmanager does, by the receiver's token" },
      },
    )
    .post(
      `${INCOMING_PATH}/:token${PATH}`,
      async ({ request, params, set }) => answerOf(await take(params.token, request), set),
      {
        access: "public",
        parse: "none",
        response,
        detail: { ...detail, summary: "Take alerts as Alertmanager does, by the path prefix" },
      },
    );
};
