// In: the words of the command line. Out: the process, and its exit code. The only file of the
// program whose loading does something.
import { createApp } from "./app";
import { commandsOf } from "./cli/commands";
import { processTerminal } from "./cli/terminal";
import { runCommand } from "./cli/run";

const exitCode = await runCommand(process.argv.slice(2), commandsOf(createApp), processTerminal);
await processTerminal.flush();
// Not `exitCode = …`: what a dependency leaves open must not keep a stopped server alive.
process.exit(exitCode);
