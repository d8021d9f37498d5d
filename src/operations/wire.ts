// In: nothing. Out: the API models of health answers.
import { t } from "elysia";

export const Alive = t.Object({ status: t.Literal("ok") });

export const Ready = t.Object({
  ready: t.Boolean(),
  reasons: t.Array(t.String(), { description: "Why it is not ready; empty when it is." }),
  warnings: t.Array(t.String(), {
    description: "What somebody should know of, such as a lost network; it is ready all the same.",
  }),
});
