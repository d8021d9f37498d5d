// In: the configuration of the instance on this machine. Out: exit code 0 when its /readyz says yes,
// 1 with the reason otherwise. For container health checks: no shell, no other program needed.
import { get as getHttp, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";
import type { Config } from "../config/config";
import { readRunningFile } from "../operations/running-file";
import type { Command } from "./command";

const TIMEOUT_MS = 4_000;
/** The reasons are a few lines; a stranger on the port could send anything. */
const MAX_ANSWER_BYTES = 16 * 1024;

interface Answer {
  status: number;
  body: string;
}

const collect = (response: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (part: string) => {
      text += part;
      if (text.length > MAX_ANSWER_BYTES) response.destroy(new Error("the answer is too long"));
    });
    response.on("end", () => resolve(text));
    response.on("error", reject);
  });

/** Not `fetch`: that one would follow HTTP_PROXY away from this machine. */
const ask = (url: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const receive = (response: IncomingMessage): void => {
      collect(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    };
    // The certificate is the instance's own: on this machine it proves nothing more than the port.
    const request = url.startsWith("https:")
      ? getHttps(url, { rejectUnauthorized: false, timeout: TIMEOUT_MS }, receive)
      : getHttp(url, { timeout: TIMEOUT_MS }, receive);
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on("error", reject);
  });

const localHost = (host: string): string => {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
};

/** The running instance's own word where there is one: the port may have been chosen freely. */
const findUrl = (config: Config): string => {
  const running = readRunningFile(config.dataDir);
  if (running !== null && config.port === 0) return running.url;
  const scheme = running?.url.startsWith("https:") || config.tlsCert !== null || config.tlsSelfSigned;
  return `${scheme ? "https" : "http"}://${localHost(config.host)}:${config.port}`;
};

const explain = ({ status, body }: Answer): string => {
  try {
    const { reasons } = JSON.parse(body) as { reasons?: unknown };
    if (Array.isArray(reasons)) return reasons.join("; ");
  } catch {
    // Not our answer; the status says enough.
  }
  return `answered ${status}`;
};

export const healthcheck: Command = {
  name: "healthcheck",
  summary: "Ask the running instance whether it is ready; exit code 0 or 1",
  flags: {},
  run: async ({ loaded, out, note }) => {
    const url = findUrl(loaded.config);
    try {
      const answer = await ask(`${url}/readyz`);
      if (answer.status === 200) {
        out("ready");
        return 0;
      }
      note(`not ready: ${explain(answer)}`);
    } catch (error) {
      note(`not ready: ${url} does not answer (${(error as Error).message})`);
    }
    return 1;
  },
};
