// In: nothing. Out: what one attempt at each misbehaving endpoint has to end as.
import type { JudgedOutcome } from "../../src/channels/channel";
import type { Misbehaviour } from "./misbehaving-server";

/** Outcome of one attempt, and how many connections it may take (a reset is dialled once more). */
export const EXPECTED: Record<Misbehaviour, { outcome: JudgedOutcome; connections?: number }> = {
  hang_before_answer: { outcome: "timeout" },
  hang_after_status_line: { outcome: "timeout" },
  hang_after_headers: { outcome: "delivered" },
  drip_headers: { outcome: "timeout" },
  drip_body: { outcome: "delivered" },
  endless_headers: { outcome: "server_error" },
  endless_body: { outcome: "delivered" },
  ten_gigabytes: { outcome: "server_error" },
  gzip_bomb: { outcome: "delivered" },
  redirect_loop: { outcome: "redirect" },
  reset_on_connect: { outcome: "reset", connections: 2 },
  reset_after_request: { outcome: "reset", connections: 2 },
  reset_in_headers: { outcome: "reset", connections: 2 },
  reset_in_body: { outcome: "delivered" },
  close_after_request: { outcome: "reset", connections: 2 },
  close_in_body: { outcome: "delivered" },
  close_in_chunk: { outcome: "delivered" },
  junk: { outcome: "server_error" },
  other_protocol: { outcome: "server_error" },
  http_0_9: { outcome: "server_error" },
  bad_chunk: { outcome: "delivered" },
  negative_length: { outcome: "server_error" },
  continue_then_ok: { outcome: "delivered" },
  flood_of_1xx: { outcome: "timeout" },
  switching_protocols: { outcome: "server_error" },
  two_answers: { outcome: "delivered" },
  unknown_status: { outcome: "server_error" },
  status_zero: { outcome: "server_error" },
  huge_header: { outcome: "delivered" },
  binary_body: { outcome: "delivered" },
};
