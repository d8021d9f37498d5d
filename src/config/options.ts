// In: nothing. Out: the one table of options: where each is read from, its type, default, check and
// help. The README's table, `--help`, `andon config` and the type Config all come from here.
import {
  boolean,
  checkEmail,
  checkHost,
  checkLength,
  checkRange,
  checkRangeOrListener,
  checkSecretKeys,
  choice,
  integer,
  list,
  optional,
  type OptionKind,
  origin,
  text,
} from "./kinds";

export interface Option<T> {
  /** Environment variable; the same name with `_FILE` names a file that holds the value. */
  readonly env: `ANDON_${string}`;
  /** Written `--flag value` or `--flag=value`. */
  readonly flag: string;
  readonly kind: OptionKind<T>;
  readonly default: T;
  /** Shown as `••••` everywhere. */
  readonly secret: boolean;
  /** One sentence for the help and the README. */
  readonly help: string;
}

interface OptionSpec<T> {
  env: `ANDON_${string}`;
  kind: OptionKind<T>;
  default: NoInfer<T>;
  help: string;
  secret?: boolean;
}

/** `ANDON_DATA_DIR` is also `--data-dir`. */
const option = <T>(spec: OptionSpec<T>): Option<T> => ({
  flag: spec.env.slice("ANDON_".length).toLowerCase().replaceAll("_", "-"),
  secret: false,
  ...spec,
});

const days = (env: `ANDON_${string}`, fallback: number, help: string): Option<number> =>
  option({ env, kind: integer({ min: 1, max: 36_500 }), default: fallback, help });

export const OPTIONS = {
  dataDir: option({
    env: "ANDON_DATA_DIR",
    kind: text(checkLength({ min: 1, max: 4096 })),
    default: "./data",
    help: "Directory of everything that Andon keeps.",
  }),
  host: option({
    env: "ANDON_HOST",
    kind: text(checkHost),
    default: "127.0.0.1",
    help: "Address to listen on; 0.0.0.0 for every network.",
  }),
  port: option({
    env: "ANDON_PORT",
    kind: integer({ min: 0, max: 65_535 }),
    default: 8080,
    help: "Port to listen on; 0 takes a free one.",
  }),
  publicUrl: option({
    env: "ANDON_PUBLIC_URL",
    kind: optional(origin),
    default: null,
    help: "Where people reach Andon; used in links and as the only accepted host name.",
  }),
  outboundMode: option({
    env: "ANDON_OUTBOUND_MODE",
    kind: choice(["lan", "strict", "open"]),
    default: "lan",
    help: "Where messages may go: lan (public and private addresses), strict (public https only), open (loopback as well).",
  }),
  outboundAllow: option({
    env: "ANDON_OUTBOUND_ALLOW",
    kind: list(checkRangeOrListener),
    default: [],
    help: "Address ranges and host:port pairs that are allowed whatever the mode says.",
  }),
  tlsCert: option({
    env: "ANDON_TLS_CERT",
    kind: optional(text()),
    default: null,
    help: "PEM file of the certificate chain; together with ANDON_TLS_KEY Andon serves https.",
  }),
  tlsKey: option({
    env: "ANDON_TLS_KEY",
    kind: optional(text()),
    default: null,
    help: "PEM file of the certificate's private key.",
  }),
  tlsSelfSigned: option({
    env: "ANDON_TLS_SELF_SIGNED",
    kind: boolean,
    default: false,
    help: "Serve https with a certificate that Andon makes and keeps in its data directory.",
  }),
  trustedProxies: option({
    env: "ANDON_TRUSTED_PROXIES",
    kind: list(checkRange),
    default: [],
    help: "Addresses or ranges of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
  }),
  adminEmail: option({
    env: "ANDON_ADMIN_EMAIL",
    kind: optional(text(checkEmail)),
    default: null,
    help: "With ANDON_ADMIN_PASSWORD: creates the first administrator without the wizard.",
  }),
  adminPassword: option({
    env: "ANDON_ADMIN_PASSWORD",
    kind: optional(text(checkLength({ min: 10, max: 256 }))),
    default: null,
    secret: true,
    help: "Password of the first administrator, 10 characters or more.",
  }),
  bootstrapToken: option({
    env: "ANDON_BOOTSTRAP_TOKEN",
    kind: optional(text(checkLength({ min: 32, max: 256 }))),
    default: null,
    secret: true,
    help: "An administrator's API token of 32 characters or more; sets Andon up without the wizard.",
  }),
  secretKey: option({
    env: "ANDON_SECRET_KEY",
    kind: optional(text(checkSecretKeys)),
    default: null,
    secret: true,
    help: "The key that seals secrets in the database, 64 hex characters; default: the file secret.key in the data directory, made at the first start.",
  }),
  publicDocs: option({
    env: "ANDON_PUBLIC_DOCS",
    kind: boolean,
    default: false,
    help: "Show the API documentation at /docs without a login.",
  }),
  metricsPublic: option({
    env: "ANDON_METRICS_PUBLIC",
    kind: boolean,
    default: false,
    help: "Serve /metrics without a token.",
  }),
  region: option({
    env: "ANDON_REGION",
    kind: text(checkLength({ min: 1, max: 64 })),
    default: "local",
    help: "Name of this place, as messages about services show it.",
  }),
  machineRegistration: option({
    env: "ANDON_MACHINE_REGISTRATION",
    kind: choice(["automatic", "approval"]),
    default: "automatic",
    help: "Whether rules look at a new machine at once or after somebody has approved it.",
  }),
  machineTag: option({
    env: "ANDON_MACHINE_TAG",
    kind: list(),
    default: ["machine", "host", "device"],
    help: "Line protocol: the tags that name the machine, the first one present counts.",
  }),
  offlineAfterSeconds: option({
    env: "ANDON_OFFLINE_AFTER_SECONDS",
    kind: integer({ min: 5, max: 31_536_000 }),
    default: 300,
    help: "Seconds of silence after which a machine is shown as offline.",
  }),
  rawRetentionDays: days("ANDON_RAW_RETENTION_DAYS", 7, "Days that every single reading is kept."),
  minuteRetentionDays: days("ANDON_MINUTE_RETENTION_DAYS", 90, "Days that one-minute averages are kept."),
  hourRetentionDays: days("ANDON_HOUR_RETENTION_DAYS", 1095, "Days that one-hour averages are kept."),
  attemptRetentionDays: days("ANDON_ATTEMPT_RETENTION_DAYS", 30, "Days that delivery attempts are kept."),
  mirrorDir: option({
    env: "ANDON_MIRROR_DIR",
    kind: optional(text(checkLength({ min: 1, max: 4096 }))),
    default: null,
    help: "Directory below which static copies of status pages are written, for a file server elsewhere.",
  }),
  logLevel: option({
    env: "ANDON_LOG_LEVEL",
    kind: choice(["debug", "info", "warn", "error"]),
    default: "info",
    help: "The least important lines that the log still shows.",
  }),
  env: option({
    env: "ANDON_ENV",
    kind: choice(["production", "development"]),
    default: "production",
    help: "development rebuilds the web pages from source at each change and explains errors in full.",
  }),
} as const;

export type OptionName = keyof typeof OPTIONS;

type ValueOf<O> = O extends Option<infer T> ? T : never;

/** Every option with its checked value. `dataDir`, `mirrorDir`, `tlsCert` and `tlsKey` are absolute paths. */
export type Config = { -readonly [Name in OptionName]: ValueOf<(typeof OPTIONS)[Name]> };

export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];
