// In: a message. Out: what the channel's own template is given: Andon's payload. The template makes the
// body of it (`../template.ts`).
import type { Dialect } from "../dialect";
import { andon } from "./andon";

export const custom: Dialect = {
  ...andon,
  name: "custom",
  label: "Custom template",
  description: "A body of one's own, written as a Liquid template; or a GET with a query.",
  methods: ["POST", "PUT", "PATCH", "GET"],
  hasTemplate: true,
};
