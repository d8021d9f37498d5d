// In: intake. Out: all its routes, as one plugin.
import { Elysia } from "elysia";
import type { AccessPlugin } from "../http/access";
import type { Intake } from "./intake";
import { lineProtocolRoutes } from "./line-protocol/routes";
import { machineRoutes } from "./machines/routes";
import { readingsRoutes } from "./readings/routes";

export const intakeRoutes = (access: AccessPlugin, intake: Intake) =>
  new Elysia()
    .use(readingsRoutes(access, intake))
    .use(machineRoutes(access, { desk: intake.machines, registry: intake.registry }))
    .use(lineProtocolRoutes(access, intake.lines));
