// In: the TLS options and the data directory. Out: certificate and key as PEM, or null for plain http.
// A self-signed certificate is made once, kept in `tls/`, and renewed at a start before it runs out.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { EXIT_CODE, StartupError } from "../core/errors";
import type { Clock } from "../core/clock";
import { parseHost } from "../lib/host-header";

export interface TlsOptions {
  tlsCert: string | null;
  tlsKey: string | null;
  tlsSelfSigned: boolean;
  dataDir: string;
  publicUrl: string | null;
}

export interface TlsMaterial {
  cert: string;
  key: string;
  /** For the log, so that a person can compare it with what the browser shows. */
  fingerprint: string;
  notAfter: Date;
  isSelfSigned: boolean;
}

const DAY_MS = 86_400_000;
/** Browsers refuse server certificates that live longer than 825 days. */
const LIFE_DAYS = 820;
const RENEW_BEFORE_DAYS = 30;

const readPem = (path: string, option: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    throw new StartupError(
      EXIT_CODE.usage,
      `${option} names ${path}, which cannot be read (${code}).`,
      error,
    );
  }
};

const inspect = (cert: string, key: string, isSelfSigned: boolean): TlsMaterial => {
  const parsed = new X509Certificate(cert);
  if (!parsed.checkPrivateKey(createPrivateKey(key)))
    throw new Error("the key belongs to another certificate");
  return { cert, key, fingerprint: parsed.fingerprint256, notAfter: new Date(parsed.validTo), isSelfSigned };
};

const loadFiles = (certPath: string, keyPath: string): TlsMaterial => {
  const cert = readPem(certPath, "ANDON_TLS_CERT");
  const key = readPem(keyPath, "ANDON_TLS_KEY");
  try {
    return inspect(cert, key, false);
  } catch (error) {
    throw new StartupError(
      EXIT_CODE.usage,
      `ANDON_TLS_CERT (${certPath}) and ANDON_TLS_KEY (${keyPath}) must be a PEM certificate and its own key without a passphrase.`,
      error,
    );
  }
};

/** The names under which people may reach this machine. */
const ownNames = (publicUrl: string | null): { names: string[]; addresses: string[] } => {
  const names = new Set(["localhost", hostname().toLowerCase()]);
  const addresses = new Set(["127.0.0.1", "::1"]);
  for (const list of Object.values(networkInterfaces()))
    for (const { address } of list ?? []) if (!address.includes("%")) addresses.add(address);
  const own = publicUrl === null ? null : parseHost(new URL(publicUrl).host);
  if (own !== null) (own.isLiteral ? addresses : names).add(own.host);
  return { names: [...names].filter((name) => name !== ""), addresses: [...addresses] };
};

const createSelfSigned = async (
  publicUrl: string | null,
  now: number,
): Promise<{ cert: string; key: string }> => {
  const { names, addresses } = ownNames(publicUrl);
  // Takes a third of the time of a start: loaded only where a certificate is made.
  const { generate } = await import("selfsigned");
  const made = await generate([{ name: "commonName", value: names[0] ?? "localhost" }], {
    algorithm: "sha256",
    keyType: "ec",
    curve: "P-256",
    // An hour back: the clocks of a plant are seldom the same.
    notBeforeDate: new Date(now - 3_600_000),
    notAfterDate: new Date(now + LIFE_DAYS * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
};

const isUsable = (material: TlsMaterial, publicUrl: string | null, now: number): boolean => {
  if (material.notAfter.getTime() - now < RENEW_BEFORE_DAYS * DAY_MS) return false;
  if (publicUrl === null) return true;
  const own = parseHost(new URL(publicUrl).host);
  const certificate = new X509Certificate(material.cert);
  if (own === null) return true;
  return (own.isLiteral ? certificate.checkIP(own.host) : certificate.checkHost(own.host)) !== undefined;
};

const readKept = (certPath: string, keyPath: string): TlsMaterial | null => {
  try {
    return inspect(readFileSync(certPath, "utf8"), readFileSync(keyPath, "utf8"), true);
  } catch {
    return null;
  }
};

/** Whole or not at all: a half-written key must not keep the next start from working. */
const writeWhole = (path: string, content: string): void => {
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  renameSync(`${path}.new`, path);
};

const loadSelfSigned = async (
  dataDir: string,
  publicUrl: string | null,
  now: number,
): Promise<TlsMaterial> => {
  const directory = join(dataDir, "tls");
  const certPath = join(directory, "self-signed.crt");
  const keyPath = join(directory, "self-signed.key");
  const kept = readKept(certPath, keyPath);
  if (kept !== null && isUsable(kept, publicUrl, now)) return kept;
  const { cert, key } = await createSelfSigned(publicUrl, now);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeWhole(keyPath, key);
    writeWhole(certPath, cert);
  } catch (error) {
    throw new StartupError(
      EXIT_CODE.unwritableDataDirectory,
      `The certificate cannot be written to ${directory}. Make the data directory writable.`,
      error,
    );
  }
  return inspect(cert, key, true);
};

/** Throws StartupError that names the option and the file. */
export const loadTls = async (options: TlsOptions, clock: Clock): Promise<TlsMaterial | null> => {
  if (options.tlsCert !== null && options.tlsKey !== null) return loadFiles(options.tlsCert, options.tlsKey);
  return options.tlsSelfSigned ? loadSelfSigned(options.dataDir, options.publicUrl, clock.now()) : null;
};
