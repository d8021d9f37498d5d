// In: the commands and the table of options. Out: the text of `--help`.
import { helpLines } from "../config/show";
import type { Command } from "./command";

const flagLines = (command: Command): string[] =>
  Object.entries(command.flags).map(
    ([name, flag]) => `      --${name}${flag.value === null ? "" : ` <${flag.value}>`}  ${flag.help}`,
  );

export const helpText = (commands: readonly Command[]): string =>
  [
    "Andon tells somebody when a machine or a service needs attention, and makes sure that somebody acts.",
    "",
    "Usage: andon [command] [options]",
    "",
    "Commands (serve when none is given):",
    ...commands.flatMap((command) => [
      `  ${command.name.padEnd(22)}${command.summary}`,
      ...flagLines(command),
    ]),
    "",
    "Options (a variable NAME_FILE names a file that holds the value; flags win over variables):",
    ...helpLines(),
    "",
  ].join("\n");

export const commandHelp = (command: Command): string =>
  [
    `Usage: andon ${command.name} [options]`,
    "",
    `  ${command.summary}`,
    ...flagLines(command),
    "",
    "andon --help lists the options that every command takes.",
    "",
  ].join("\n");
