// In: commands of the machine's operator, while the server runs and holds the database. Out: their
// results. A listener of its own on loopback; only who can read the data directory knows its secret.
import type { Server } from "bun";
import { isAppError } from "../core/errors";
import type { Log } from "../core/log";
import { equalSecrets, randomSecret } from "../lib/digest";
import type { Service } from "../lib/service";
import { type PerformAdminCommand, readAdminCommand } from "./admin-command";
import { removeRunningFile, writeRunningFile } from "./running-file";

const MAX_COMMAND_BYTES = 64 * 1024;

export interface LocalAdminOptions {
  /** The data directory. */
  directory: string;
  /** Where the instance serves; asked at start. */
  url: () => string;
  perform: PerformAdminCommand;
  log: Log;
}

const isAllowed = (request: Request, secret: string): boolean => {
  const header = request.headers.get("authorization") ?? "";
  return header.startsWith("Bearer ") && equalSecrets(header.slice("Bearer ".length), secret);
};

/** Start it after the server listens: the file that it writes names the server's address. */
export const createLocalAdmin = (options: LocalAdminOptions): Service => {
  let server: Server<undefined> | null = null;

  const carryOut = async (request: Request): Promise<Response> => {
    try {
      const command = readAdminCommand(await request.json());
      const result = await options.perform(command);
      options.log.info("command of the operator", { command: command.kind });
      return Response.json(result);
    } catch (error) {
      if (isAppError(error)) return Response.json({ error: error.message }, { status: 422 });
      options.log.error("command of the operator failed", { error });
      return Response.json({ error: "It failed inside Andon; the log says why." }, { status: 500 });
    }
  };

  return {
    name: "local admin",
    start: async () => {
      const secret = randomSecret();
      server = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        maxRequestBodySize: MAX_COMMAND_BYTES,
        fetch: (request) => {
          if (request.method !== "POST" || !isAllowed(request, secret))
            return new Response(null, { status: 404 });
          return carryOut(request);
        },
      });
      writeRunningFile(options.directory, {
        pid: process.pid,
        url: options.url(),
        adminUrl: `http://127.0.0.1:${server.port}/`,
        adminSecret: secret,
      });
    },
    stop: async () => {
      if (server === null) return;
      removeRunningFile(options.directory);
      await server.stop(true);
      server = null;
    },
  };
};
