// In: a host, a port and the name that a certificate should have. Out: how long the certificate is valid yet,
// and what is wrong with its name or issuer. What is wrong is shown, not a reason to see nothing.
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from "node:tls";
import type { Clock } from "../../core/clock";
import { classifyFailure } from "../../delivery/failure";
import type { Trial } from "../../delivery/trial";
import { parseIp } from "../../lib/ip-address";
import { checkLatency, type Check } from "../expect";
import type { Expectations, TlsTarget } from "../schema";
import { judged, type Sight } from "../sight";
import { connectTo, noneSeen, type SocketProbeParts } from "./socket";

/** Where no other number is expected: time enough to renew it. */
export const DEFAULT_DAYS_LEFT = 14;
const DAY_MS = 86_400_000;

const TRUST_WORDS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "The certificate has expired.",
  CERT_NOT_YET_VALID: "The certificate is not valid yet.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "The certificate is self-signed.",
  SELF_SIGNED_CERT_IN_CHAIN: "The certificate comes from an unknown authority.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "The certificate comes from an unknown authority, or its chain is incomplete.",
  UNABLE_TO_GET_ISSUER_CERT: "The certificate comes from an unknown authority, or its chain is incomplete.",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "The certificate comes from an unknown authority, or its chain is incomplete.",
};

const secured = (socket: TLSSocket, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => void socket.destroy();
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    socket.once("secureConnect", () => resolve());
    socket.once("error", reject);
    socket.once("close", () => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
  });

/** Null: the issuer is known and the chain complete. */
const distrustOf = ({ authorized, authorizationError }: TLSSocket): string | null => {
  if (authorized) return null;
  const code = String(authorizationError);
  // Told apart below, with the name that was expected.
  if (code.includes("ALTNAME")) return null;
  return (
    TRUST_WORDS[code] ?? `The certificate is not trusted (${/^\w{1,64}$/.test(code) ? code : "unknown"}).`
  );
};

const trustChecks = (socket: TLSSocket, certificate: PeerCertificate, name: string): Check[] => {
  const distrust = distrustOf(socket);
  const isOther = checkServerIdentity(name, certificate) !== undefined;
  return [
    { name: "tls_issuer", ok: distrust === null, detail: distrust ?? "The certificate is trusted." },
    {
      name: "tls_name",
      ok: !isOther,
      detail: isOther ? "The certificate is for another name." : "The certificate is for this name.",
    },
  ];
};

const ageCheck = (certificate: PeerCertificate, wantedDays: number, now: number): Check => {
  const leftMs = Date.parse(certificate.valid_to) - now;
  const days = Math.floor(leftMs / DAY_MS);
  if (Number.isNaN(days))
    return { name: "tls_days_left", ok: false, detail: "The certificate does not say how long it is valid." };
  return {
    name: "tls_days_left",
    ok: leftMs >= wantedDays * DAY_MS,
    detail:
      leftMs < 0
        ? `The certificate expired ${-days} days ago.`
        : `The certificate is valid for ${days} more days; at least ${wantedDays} are expected.`,
  };
};

export type TlsProbe = ReturnType<typeof createTlsProbe>;

/** Never rejects. */
export const createTlsProbe =
  (parts: SocketProbeParts & { clock: Clock }) =>
  async (target: Omit<TlsTarget, "type">, expect: Expectations, trial: Trial): Promise<Sight> => {
    const connection = await connectTo(parts, target, trial);
    if (connection.socket === null) return connection.sight;
    const { address } = connection;
    const name = target.serverName ?? target.host;
    const socket = connect({
      socket: connection.socket,
      // Old servers have old versions: that is for another check, not this one.
      rejectUnauthorized: false,
      ...(parseIp(name) === null ? { servername: name } : {}),
      ...(target.ca === null ? {} : { ca: target.ca }),
    });
    try {
      await secured(socket, trial.signal);
      const latencyMs = Math.round(trial.elapsedMs());
      const certificate = socket.getPeerCertificate();
      const checks = [
        ...(expect.tls_trusted === false ? [] : trustChecks(socket, certificate, name)),
        ageCheck(certificate, expect.tls_days_left ?? DEFAULT_DAYS_LEFT, parts.clock.now()),
        checkLatency(expect, latencyMs),
      ].filter((check) => check !== null);
      return judged(checks, { code: null, address, answer: null, latencyMs });
    } catch (error) {
      const { failure, error: reason } = classifyFailure(error);
      return noneSeen(trial, failure === "internal" ? "tls" : failure, reason, address);
    } finally {
      socket.on("error", () => undefined);
      socket.destroy();
      connection.socket.destroy();
    }
  };
