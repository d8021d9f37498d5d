// In: a command of the machine's operator. Out: its result, from the running instance when there is
// one, else carried out on the data directory itself. Either way it is the same code that acts.
import { request as httpRequest } from "node:http";
import type { Config } from "../config/config";
import { AppError, EXIT_CODE, StartupError } from "../core/errors";
import type { AdminCommand, AdminResult, PerformAdminCommand } from "../operations/admin-command";
import { readRunningFile, type RunningInstance } from "../operations/running-file";

const TIMEOUT_MS = 15_000;

/** Opens the data directory, hands out who carries commands out, and closes again. */
export type WithStoppedInstance = <T>(
  config: Config,
  work: (perform: PerformAdminCommand) => Promise<T>,
) => Promise<T>;

/** Null when nobody listens: the file was left by an instance that was killed. */
const askRunning = (instance: RunningInstance, command: AdminCommand): Promise<AdminResult | null> =>
  new Promise((resolve, reject) => {
    // Not `fetch`: that one would follow HTTP_PROXY away from this machine.
    const request = httpRequest(
      instance.adminUrl,
      {
        method: "POST",
        timeout: TIMEOUT_MS,
        headers: {
          authorization: `Bearer ${instance.adminSecret}`,
          "content-type": "application/json",
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text += part));
        response.on("error", reject);
        response.on("end", () => {
          // Another program has got the port since: it does not know the secret.
          if (response.statusCode === 404) return resolve(null);
          const answer = JSON.parse(text) as AdminResult & { error?: string };
          if (answer.error === undefined) resolve(answer);
          else reject(new AppError("invalid", answer.error));
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNREFUSED" || error.code === "ConnectionRefused" ? resolve(null) : reject(error),
    );
    request.end(JSON.stringify(command));
  });

export const runAdminCommand = async (
  config: Config,
  command: AdminCommand,
  withStoppedInstance: WithStoppedInstance,
): Promise<AdminResult> => {
  const running = readRunningFile(config.dataDir);
  const answer = running === null ? null : await askRunning(running, command);
  if (answer !== null) return answer;
  try {
    return await withStoppedInstance(config, (perform) => perform(command));
  } catch (error) {
    if (error instanceof StartupError && error.exitCode === EXIT_CODE.secondInstance)
      throw new StartupError(
        error.exitCode,
        `${error.message} It is running but does not take commands (yet): try again in a moment, as the user that runs it.`,
        error,
      );
    throw error;
  }
};
