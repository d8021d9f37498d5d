// In: POST /api/webhooks/incoming/{token}. Out: the sender's answer, once the request and what it led to are
// durable. The body is read by `accept`, as bytes: a signature covers those.
import { Elysia } from "elysia";
import type { AccessPlugin } from "../http/access";
import { factsOf } from "../http/request-facts";
import type { Accept } from "./accept";
import { ANSWER_STATUS, AnswerWire, answerOf } from "./log-wire";
import { INCOMING_PATH } from "./wire";

/** Give it to the server. */
export const incomingRoutes = (access: AccessPlugin, accept: Accept) =>
  new Elysia().use(access).post(
    `${INCOMING_PATH}/:token`,
    async ({ request, params: { token }, set }) => {
      const delivery = await accept({ token, request, address: factsOf(request).address });
      set.status = ANSWER_STATUS[delivery.result];
      return answerOf(delivery);
    },
    {
      access: "public",
      parse: "none",
      response: { 200: AnswerWire, 400: AnswerWire, 401: AnswerWire },
      detail: {
        summary: "Report how a service stands",
        description:
          "The token is the receiver's. JSON of any shape that the receiver knows how to read, signed where it has a secret. 200: processed, or ignored because nothing changed; 400: failed, the payload could not be used; 401: auth_failed.",
        tags: ["Webhook receivers"],
        requestBody: { required: true, content: { "application/json": { schema: {} } } },
      },
    },
  );
