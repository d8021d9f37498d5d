// In: an HTTP endpoint, what is expected of it, and a deadline. Out: what was seen. Each hop of a redirect is
// resolved, judged and dialled like the first; secrets do not follow to another host.
import { VERSION } from "../../core/version";
import { headersOf } from "../../delivery/answer";
import { classifyFailure, type Failure } from "../../delivery/failure";
import { MOST_CANDIDATES, withPort, type Target, type Targets } from "../../delivery/targets";
import type { Dial } from "../../delivery/sender";
import type { Trial } from "../../delivery/trial";
import { cutText } from "../../lib/cut-text";
import { checkHttp, MOST_BODY_BYTES, needsBody } from "../expect";
import type { Expectations, HttpTarget } from "../schema";
import { judged, unanswered, type Sight } from "../sight";
import { readBody } from "./body";
import { reach, targetOfHost } from "./reach";

export interface HttpProbeParts {
  targets: Pick<Targets, "vet">;
  dial: Dial;
}

/** What fetch and browsers allow at least. */
const MOST_HOPS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Of an answer whose content does not matter: enough for small ones to end in order. */
const MOST_IGNORED_BYTES = 16_384;
/** As for deliveries: what people are shown of an answer. */
const SHOWN_CHARACTERS = 4_096;

interface Hop {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: string | null;
}

type Answered =
  | { response: Response; address: string; giveUp: () => void }
  | { response: null; failed: Failure; address: string | null };

const firstHop = ({ url, method, headers, body }: HttpTarget): Hop => ({
  url: new URL(url),
  method,
  // Asked for uncompressed: what is inflated here is inflated for the check alone.
  headers: { "User-Agent": `Andon/${VERSION}`, Accept: "*/*", "Accept-Encoding": "identity", ...headers },
  body,
});

const OWN_HEADERS = new Set(["user-agent", "accept", "accept-encoding"]);

/** Null when it leads to what is no web address. */
const nextHop = (hop: Hop, status: number, location: string): Hop | null => {
  const url = URL.parse(location, hop.url.href);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  if (url.username !== "" || url.password !== "") return null;
  const isGet = status === 303 || ((status === 301 || status === 302) && hop.method === "POST");
  const method = isGet && hop.method !== "HEAD" ? "GET" : hop.method;
  const headers =
    url.origin === hop.url.origin
      ? hop.headers
      : Object.fromEntries(
          Object.entries(hop.headers).filter(([name]) => OWN_HEADERS.has(name.toLowerCase())),
        );
  return { url, method, headers, body: isGet || url.origin !== hop.url.origin ? null : hop.body };
};

const portOf = ({ port, protocol }: URL): number =>
  port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);

const hostnameOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");

const tlsOf = ({ verifyTls, ca }: HttpTarget, target: Target): NonNullable<BunFetchRequestInit["tls"]> => ({
  rejectUnauthorized: verifyTls,
  ...(target.isLiteral ? {} : { serverName: target.hostname }),
  ...(ca === null ? {} : { ca }),
});

/** Never rejects. */
export const createHttpProbe = ({ targets, dial }: HttpProbeParts) => {
  const dialHop = async (config: HttpTarget, hop: Hop, trial: Trial): Promise<Answered> => {
    const { url } = hop;
    const target = targetOfHost(hostnameOf(url), portOf(url), url.pathname + url.search);
    const reached = await reach(targets, target, trial.signal);
    if (reached.addresses === null)
      return {
        response: null,
        failed: { failure: reached.failure, error: reached.reason },
        address: null,
      };
    let failed: Failure = { failure: "internal", error: "There was no address to dial." };
    let address: string | null = null;
    for (const literal of reached.addresses.slice(0, MOST_CANDIDATES)) {
      address = withPort(literal, target.port);
      const abort = new AbortController();
      const giveUp = (): void => abort.abort();
      trial.signal.addEventListener("abort", giveUp, { once: true });
      try {
        const response = await dial(`${url.protocol}//${address}${target.path}`, {
          method: hop.method,
          headers: { ...hop.headers, Host: url.host },
          redirect: "manual",
          decompress: false,
          // A connection that is kept would hide that no new one is possible.
          keepalive: false,
          // Proxy variables of the environment would dial what nobody has judged.
          proxy: false,
          signal: abort.signal,
          ...(hop.body === null ? {} : { body: hop.body }),
          ...(url.protocol === "https:" ? { tls: tlsOf(config, target) } : {}),
        });
        return { response, address, giveUp };
      } catch (error) {
        failed = classifyFailure(error);
        if (trial.overBy !== null || (failed.failure !== "refused" && failed.failure !== "unreachable"))
          break;
      }
    }
    return { response: null, failed, address };
  };

  return async (config: HttpTarget, expect: Expectations, trial: Trial): Promise<Sight> => {
    const none = (failure: Failure["failure"], reason: string, address: string | null): Sight => {
      // Where the time was up or the program was stopped, the trial knows better.
      const over = trial.failed(failure, reason, address);
      // Channels call that setting otherwise.
      const words = (over.error ?? reason).replace("in tls.ca", "in ca");
      return unanswered(over.failure ?? failure, words, {
        latencyMs: over.totalMs,
        address,
      });
    };

    const conclude = async (response: Response, address: string): Promise<Sight> => {
      const latencyMs = Math.round(trial.elapsedMs());
      const isWanted = needsBody(expect);
      const { text, isCut } = await readBody(response, isWanted ? MOST_BODY_BYTES : MOST_IGNORED_BYTES);
      if (isWanted && text === null)
        return {
          ...none(
            trial.overBy === null ? "protocol" : "timeout",
            "The answer broke off or can't be read.",
            address,
          ),
          code: response.status,
        };
      const checks = await checkHttp(expect, {
        status: response.status,
        latencyMs,
        body: isWanted ? text : null,
      });
      const body = cutText(text ?? "", SHOWN_CHARACTERS);
      const answer = { headers: headersOf(response), body: isCut && body === text ? `${body}…` : body };
      return judged(checks, { code: response.status, address, answer, latencyMs });
    };

    let hop = firstHop(config);
    for (let hops = 0; ; hops++) {
      const answered = await dialHop(config, hop, trial);
      if (answered.response === null)
        return none(answered.failed.failure, answered.failed.error, answered.address);
      const { response, address, giveUp } = answered;
      try {
        const location = response.headers.get("location");
        if (!config.followRedirects || !REDIRECTS.has(response.status) || location === null)
          return await conclude(response, address);
        if (hops >= MOST_HOPS) return none("protocol", `It redirects more than ${MOST_HOPS} times.`, address);
        const next = nextHop(hop, response.status, location);
        if (next === null) return none("blocked", "It redirects to what is no web address.", address);
        hop = next;
      } finally {
        giveUp();
      }
    }
  };
};

export type HttpProbe = ReturnType<typeof createHttpProbe>;
