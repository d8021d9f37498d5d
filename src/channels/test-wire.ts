// In: what became of a test. Out: its API model: success, and each attempt with what went over the wire.
import { t, type Static } from "elysia";
import type { TestAttempt, TestResult } from "../delivery/test-send";
import { AttemptWire, presentAttempt } from "../delivery/wire";

const Headers = t.Record(t.String(), t.String());

const TestAttemptWire = t.Object({
  ...AttemptWire.properties,
  event: t.String(),
  delivery_id: t.String({ description: "Also the webhook-id header." }),
  request: t.Union([
    t.Object({ method: t.String(), url: t.String(), headers: Headers, body: t.String() }),
    t.Null({ description: "None was made, or the asker is neither editor nor admin." }),
  ]),
  response: t.Union([t.Object({ status: t.Integer(), headers: Headers, body: t.String() }), t.Null()]),
});

export const TestBody = t.Optional(
  t.Union([
    t.Object(
      {
        only_new_secret: t.Optional(
          t.Boolean({
            description:
              "During a rotation: signed by the new secret alone, which proves that the endpoint knows it.",
          }),
        ),
      },
      { additionalProperties: false },
    ),
    t.Null(),
    t.Undefined(),
  ]),
);

export const TestWire = t.Object({
  success: t.Boolean(),
  error: t.Optional(t.String()),
  /** The last one: the one that failed, if any did. */
  attempt: AttemptWire,
  attempts: t.Array(TestAttemptWire, {
    description: "One after the other, up to the first failure. Secrets are masked, bodies cut.",
  }),
});
export type TestWire = Static<typeof TestWire>;

const presentTestAttempt = (attempt: TestAttempt, showsExchange: boolean): Static<typeof TestAttemptWire> => {
  const { request, statusCode } = attempt;
  return {
    ...presentAttempt(attempt, showsExchange),
    event: attempt.event,
    delivery_id: attempt.deliveryId,
    request: request === null || !showsExchange ? null : { ...request, headers: attempt.requestHeaders },
    response:
      statusCode === null || !showsExchange
        ? null
        : { status: statusCode, headers: attempt.responseHeaders ?? {}, body: attempt.responseBody ?? "" },
  };
};

/** `showsExchange`: false leaves out what was sent and answered, which may come from inside the plant. */
export const presentTest = (
  { isSuccess, error, attempt, attempts }: TestResult,
  showsExchange: boolean,
): TestWire => ({
  success: isSuccess,
  ...(error === null ? {} : { error }),
  attempt: presentAttempt(attempt, showsExchange),
  attempts: attempts.map((one) => presentTestAttempt(one, showsExchange)),
});
