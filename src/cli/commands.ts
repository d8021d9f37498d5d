// In: how to make the server. Out: every subcommand, in the order in which the help shows them.
import { systemClock } from "../core/clock";
import type { Command } from "./command";
import { config } from "./config";
import { createDemoCommand } from "./demo";
import { healthcheck } from "./healthcheck";
import { secretsCommands } from "./secrets";
import { createServeCommand, type CreateApp } from "./serve";
import { withStoppedInstance } from "./stopped-instance";
import { createTokenCommand } from "./token";
import { createUserCommands } from "./user";
import { version } from "./version";

export const commandsOf = (createApp: CreateApp): Command[] => [
  createServeCommand(createApp),
  createDemoCommand(createApp),
  healthcheck,
  createTokenCommand(withStoppedInstance, () => systemClock.now()),
  ...createUserCommands(withStoppedInstance),
  ...secretsCommands,
  config,
  version,
];
