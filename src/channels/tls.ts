// In: `config.tls` as given. Out: certificates and key, checked, for endpoints with a private CA or
// mutual TLS. There is no way to switch verification off.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { invalid } from "../core/errors";
import { isSettings } from "../lib/merge-patch";
import { refuseUnknownKeys, textOf } from "./values";

export interface ClientTls {
  ca?: string;
  cert?: string;
  key?: string;
  serverName?: string;
}

const LONGEST_PEM = 65_536;
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/i;

const certificateOf = (value: unknown, field: string): string | undefined => {
  const pem = textOf(value, field, { longest: LONGEST_PEM });
  if (pem === undefined) return undefined;
  try {
    void new X509Certificate(pem);
  } catch {
    throw invalid(field, "This is not a certificate in PEM form (-----BEGIN CERTIFICATE-----).");
  }
  return pem;
};

const privateKeyOf = (value: unknown, field: string): string | undefined => {
  const pem = textOf(value, field, { longest: LONGEST_PEM });
  if (pem === undefined) return undefined;
  try {
    createPrivateKey(pem);
  } catch {
    // The cause is dropped on purpose: it may quote the key.
    throw invalid(field, "This is not an unencrypted private key in PEM form.");
  }
  return pem;
};

/** Throws `invalid` on `config.tls.…`. */
export const parseTls = (value: unknown): ClientTls | null => {
  if (value === undefined) return null;
  if (!isSettings(value)) throw invalid("config.tls", "tls must be an object.");
  refuseUnknownKeys(value, ["ca", "client_cert", "client_key", "server_name"], "config.tls");
  const ca = certificateOf(value["ca"], "config.tls.ca");
  const cert = certificateOf(value["client_cert"], "config.tls.client_cert");
  const key = privateKeyOf(value["client_key"], "config.tls.client_key");
  const serverName = textOf(value["server_name"], "config.tls.server_name", { longest: 253 });
  if (serverName !== undefined && !HOST_NAME.test(serverName))
    throw invalid("config.tls.server_name", "server_name must be a host name.");
  if ((cert === undefined) !== (key === undefined))
    throw invalid(
      cert === undefined ? "config.tls.client_cert" : "config.tls.client_key",
      "client_cert and client_key belong together.",
    );
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(serverName === undefined ? {} : { serverName }),
  };
};
