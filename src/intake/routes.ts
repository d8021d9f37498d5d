// In: intake. Out: all its routes.
import type { Clock } from "../core/clock";
import type { AccessPlugin } from "../http/access";
import type { Intake } from "./intake";
import { lineProtocolRoutes } from "./line-protocol/routes";
import { machineRoutes } from "./machines/routes";
import { readingsRoutes } from "./readings/routes";

/** One plugin each: line protocol has its own shape of errors. */
export const intakeRoutes = (access: AccessPlugin, { intake, clock }: { intake: Intake; clock: Clock }) => [
  readingsRoutes(access, { ...intake, clock }),
  machineRoutes(access, { desk: intake.machines, registry: intake.registry }),
  lineProtocolRoutes(access, intake.lines),
];
