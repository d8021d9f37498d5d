// In: a message. Out: Andon's payload under AnyPing's signature header. AnyPing's document fixes what
// a handler checks (signature, delivery ID, opened apart from resolved), not the payload's fields.
import type { Dialect } from "../dialect";
import { andon } from "./andon";

export const anyping: Dialect = {
  ...andon,
  name: "anyping",
  label: "AnyPing",
  description: "Andon's payload, signed in X-Anyping-Signature.",
  timeoutSeconds: 10,
  signatures: [{ header: "X-Anyping-Signature", format: "hex" }],
};
