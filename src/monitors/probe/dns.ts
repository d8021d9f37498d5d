// In: a name, a kind of record, and perhaps the server to ask. Out: what it answers, against what is expected.
// Never getaddrinfo: the question itself is what is looked at.
import { Resolver, type CaaRecord, type MxRecord, type SoaRecord, type SrvRecord } from "node:dns";
import type { SendFailure } from "../../channels/channel";
import type { Targets } from "../../delivery/targets";
import type { Trial } from "../../delivery/trial";
import { checkLatency, type Check } from "../expect";
import type { DnsTarget, Expectations, RecordType } from "../schema";
import { judged, type Sight } from "../sight";
import { reach, targetOfHost } from "./reach";
import { noneSeen } from "./socket";

/** A second chance within the time that is left, as every resolver has it. */
const TRIES = 2;
const DNS_PORT = 53;
const SHOWN_ANSWERS = 20;

type Answer = { values: string[] } | { failure: SendFailure | null; reason: string };

const plain = (text: string): string => text.toLowerCase().replace(/\.$/, "");

/** One text per record, as zone files write it. */
const print = (type: RecordType, record: unknown): string => {
  switch (type) {
    case "MX": {
      const { priority, exchange } = record as MxRecord;
      return `${priority} ${exchange}`;
    }
    case "SRV": {
      const { priority, weight, port, name } = record as SrvRecord;
      return `${priority} ${weight} ${port} ${name}`;
    }
    case "TXT":
      return (record as string[]).join("");
    case "SOA":
      return `${(record as SoaRecord).nsname} ${(record as SoaRecord).hostmaster} ${(record as SoaRecord).serial}`;
    case "CAA": {
      const { critical, issue, issuewild, iodef } = record as CaaRecord;
      const [tag, value] = Object.entries({ issue, issuewild, iodef }).find(
        ([, one]) => one !== undefined,
      ) ?? ["", ""];
      return `${critical} ${tag} ${value ?? ""}`;
    }
    default:
      return String(record);
  }
};

const failed = (code: string, type: RecordType): Answer => {
  switch (code) {
    case "ENOTFOUND":
      return { failure: null, reason: "There is no such name." };
    case "ENODATA":
      return { failure: null, reason: `The name has no record of type ${type}.` };
    case "ETIMEOUT":
    case "ECANCELLED":
      return { failure: "dns_mute", reason: "The DNS server does not answer." };
    case "ECONNREFUSED":
      return { failure: "refused", reason: "Nothing answers DNS there." };
    default:
      return { failure: "dns_broken", reason: "The DNS server gave no answer of use." };
  }
};

const ask = (resolver: Resolver, { host, recordType }: DnsTarget, signal: AbortSignal): Promise<Answer> =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      resolver.cancel();
      resolve(failed("ETIMEOUT", recordType));
    });
    try {
      resolver.resolve(host, recordType, (error: NodeJS.ErrnoException | null, records: unknown) => {
        if (error !== null) return resolve(failed(error.code ?? "", recordType));
        const list = Array.isArray(records) ? records : [records];
        resolve({ values: list.map((record) => print(recordType, record)) });
      });
    } catch {
      resolve(failed("EBADNAME", recordType));
    }
  });

/** A mail server is found with or without its priority. */
const isAmong = (wanted: string, values: readonly string[]): boolean =>
  values.some((value) => plain(value) === plain(wanted) || plain(value).endsWith(` ${plain(wanted)}`));

const split = (text: string): { address: string; port: number } => {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text);
  return { address: match?.[1] ?? match?.[2] ?? text, port: Number(match?.[3] ?? DNS_PORT) };
};

/** Never rejects. */
export const createDnsProbe =
  ({ targets }: { targets: Pick<Targets, "vet"> }) =>
  async (target: DnsTarget, expect: Expectations, trial: Trial, timeoutMs: number): Promise<Sight> => {
    const resolver = new Resolver({
      timeout: Math.max(Math.floor(timeoutMs / (TRIES + 1)), 1),
      tries: TRIES,
    });
    let address: string | null = null;
    if (target.resolver !== null) {
      const server = split(target.resolver);
      const reached = await reach(targets, targetOfHost(server.address, server.port), trial.signal);
      if (reached.addresses === null) return noneSeen(trial, reached.failure, reached.reason);
      const [allowed = server.address] = reached.addresses;
      address = `${allowed.includes(":") ? `[${allowed}]` : allowed}:${server.port}`;
      resolver.setServers([address]);
    }
    const answer = await ask(resolver, target, trial.signal);
    const latencyMs = Math.round(trial.elapsedMs());
    if ("reason" in answer && answer.failure !== null)
      return noneSeen(trial, answer.failure, answer.reason, address);
    const values = "values" in answer ? answer.values : [];
    const checks: (Check | null)[] = [
      {
        name: "answer",
        ok: "values" in answer,
        detail: "values" in answer ? "The name is known." : answer.reason,
      },
    ];
    if (expect.values !== undefined && "values" in answer) {
      const missing = expect.values.filter((wanted) => !isAmong(wanted, values));
      checks.push({
        name: "values",
        ok: missing.length === 0,
        detail: missing.length === 0 ? "All expected answers are there." : "An expected answer is missing.",
      });
    }
    checks.push(checkLatency(expect, latencyMs));
    return judged(
      checks.filter((check) => check !== null),
      {
        code: null,
        address,
        answer: { headers: {}, body: values.slice(0, SHOWN_ANSWERS).join("\n") },
        latencyMs,
      },
    );
  };
