// In: as a job: where to write the ports. Out: the endpoints that misbehave, in a process of their own:
// what they send as fast as they can must not be counted as the product's slowness.
import { writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { announce, jobInput } from "../harness/job";
import { BEHAVIOURS, openMisbehavingServer, type Misbehaviour } from "../harness/misbehaving-server";

export interface MisbehavingInput {
  /** Gets `{kind: port}` as JSON. */
  portsPath: string;
}

// Elsewhere they would have processors of their own: here they get what the product leaves.
setPriority(constants.priority.PRIORITY_LOW);
const { portsPath } = jobInput<MisbehavingInput>();
const server = await openMisbehavingServer();
const kinds = Object.keys(BEHAVIOURS) as Misbehaviour[];
writeFileSync(portsPath, JSON.stringify(Object.fromEntries(kinds.map((kind) => [kind, server.port(kind)]))));
announce(server.port("junk"));
