// In: a receiver as the API has it, or a sender. Out: what its form holds, what is wrong with that, and the body
// of the request: only what differs, so that the rest stays with the sender's own defaults. Pure.
import type { Meaning, Preset, ReceiverBody, SavedReceiver } from "../api/receivers";
import type { Pair } from "../elements/pairs";
import { text } from "../text/en";
import { mappingRows, pathsOf } from "./receiver-words";

const words = text.receiverForm;

export type WordRow = readonly [word: string, meaning: string];

/** Places in the payload, as typed: a path on each line. */
export const PATH_FIELDS = [
  "status_field",
  "message_field",
  "title_field",
  "url_field",
  "key_field",
  "id_field",
  "time_field",
  "starts_at_field",
  "ends_at_field",
] as const;
export type PathField = (typeof PATH_FIELDS)[number];

export type Target = keyof typeof words.targets;

export interface ReceiverDraft {
  name: string;
  preset: string;
  isActive: boolean;
  target: Target;
  /** `NEW`: one that is made with the receiver. */
  serviceId: string;
  newService: string;
  serviceNameField: string;
  createsServices: boolean;
  paths: Readonly<Record<PathField, string>>;
  itemsField: string;
  words: readonly WordRow[];
  unmapped: string;
  /** Of a new receiver. */
  signs: keyof typeof words.signs;
  secret: string;
  signatureHeader: string;
  signatureScheme: string;
  timestampHeader: string;
  opensIncidents: boolean;
  incidentSeverity: string;
  resolvesIncidents: boolean;
  raisesAlerts: boolean;
  alertSeverity: string;
  severityField: string;
  severityWords: readonly Pair[];
  machineField: string;
  alertNameField: string;
  /** Beside its alerts. */
  setsStatus: boolean;
  expiresMinutes: string;
  rateLimit: string;
}

/** By the names of the API. */
export type ReceiverFaults = Record<string, string>;

export const NEW = "new";

const linesOf = (paths: string | readonly string[] | null): string => pathsOf(paths).join("\n");

const readByPaths = (preset: Preset | undefined): boolean => preset?.reads_by_paths !== false;

const pathsFor = (preset: Preset | undefined): Record<PathField, string> => ({
  status_field: readByPaths(preset) ? "status" : "",
  message_field: readByPaths(preset) ? "message" : "",
  title_field: "",
  url_field: "",
  key_field: "",
  id_field: "",
  time_field: "",
  starts_at_field: "",
  ends_at_field: "",
});

const usualTarget = (preset: Preset | undefined): Target =>
  preset?.service_from == null ? "service" : "preset";

/** As the server fills in what a request leaves out. */
export const blankDraft = (preset: Preset | undefined): ReceiverDraft => ({
  name: "",
  preset: preset?.name ?? "generic",
  isActive: true,
  target: usualTarget(preset),
  serviceId: "",
  newService: "",
  serviceNameField: "",
  createsServices: false,
  paths: pathsFor(preset),
  itemsField: "",
  words: [],
  unmapped: "",
  signs: "none",
  secret: "",
  signatureHeader: preset?.signature_header ?? "X-Webhook-Signature",
  signatureScheme: preset?.signature_scheme ?? "auto",
  timestampHeader: "",
  opensIncidents: false,
  incidentSeverity: "",
  resolvesIncidents: false,
  raisesAlerts: false,
  alertSeverity: "critical",
  severityField: "",
  severityWords: [],
  machineField: "",
  alertNameField: "",
  setsStatus: true,
  expiresMinutes: "",
  rateLimit: "",
});

const targetOf = (receiver: SavedReceiver): Target => {
  if (receiver.service_id !== null) return "service";
  if (receiver.service_name_field !== null) return "payload";
  return receiver.alerts?.sets_status === false ? "none" : "preset";
};

export const draftOf = (receiver: SavedReceiver, preset: Preset | undefined): ReceiverDraft => {
  const { alerts } = receiver;
  return {
    ...blankDraft(preset),
    name: receiver.name,
    preset: receiver.preset,
    isActive: receiver.is_active,
    target: targetOf(receiver),
    serviceId: receiver.service_id ?? "",
    serviceNameField: linesOf(receiver.service_name_field),
    createsServices: receiver.create_missing_services,
    paths: Object.fromEntries(PATH_FIELDS.map((name) => [name, linesOf(receiver[name])])) as Record<
      PathField,
      string
    >,
    itemsField: receiver.items_field ?? "",
    words: mappingRows(receiver.status_mapping),
    unmapped: receiver.unmapped_status ?? "",
    signatureHeader: receiver.signature_header,
    signatureScheme: receiver.signature_scheme,
    timestampHeader: receiver.timestamp_header ?? "",
    opensIncidents: receiver.auto_create_incidents,
    incidentSeverity: receiver.incident_severity ?? "",
    resolvesIncidents: receiver.auto_resolve_incidents,
    raisesAlerts: alerts !== null,
    alertSeverity: alerts?.severity ?? "critical",
    severityField: linesOf(alerts?.severity_field ?? null),
    severityWords: Object.entries(alerts?.severity_mapping ?? {}),
    machineField: linesOf(alerts?.machine_field ?? null),
    alertNameField: linesOf(alerts?.name_field ?? null),
    setsStatus: alerts?.sets_status !== false,
    expiresMinutes: alerts?.expires_after_seconds == null ? "" : String(alerts.expires_after_seconds / 60),
    rateLimit: receiver.rate_limit_per_minute === null ? "" : String(receiver.rate_limit_per_minute),
  };
};

/** Read by another sender's form: its paths and its way to sign begin anew. */
export const withPreset = (draft: ReceiverDraft, preset: Preset): ReceiverDraft => ({
  ...draft,
  preset: preset.name,
  paths: pathsFor(preset),
  itemsField: "",
  target: draft.target === "preset" && preset.service_from === null ? "service" : draft.target,
  signatureHeader: preset.signature_header,
  signatureScheme: preset.signature_scheme,
});

const listOf = (lines: string): string[] =>
  lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

const pathsOrNull = (lines: string): string | string[] | null => {
  const list = listOf(lines);
  return list.length === 0 ? null : list.length === 1 ? (list[0] ?? null) : list;
};

const orNull = (typed: string): string | null => (typed.trim() === "" ? null : typed.trim());

const numberOf = (typed: string): number | null => (typed.trim() === "" ? null : Number(typed.trim()));

const alertsOf = (draft: ReceiverDraft): ReceiverBody["alerts"] => {
  if (!draft.raisesAlerts) return null;
  const severities = draft.severityWords.filter(([word]) => word.trim() !== "");
  const minutes = numberOf(draft.expiresMinutes);
  const alerts = {
    severity: draft.alertSeverity,
    severity_field: pathsOrNull(draft.severityField),
    severity_mapping: severities.length === 0 ? null : Object.fromEntries(severities),
    machine_field: pathsOrNull(draft.machineField),
    name_field: pathsOrNull(draft.alertNameField),
    sets_status: draft.target !== "none" && draft.setsStatus,
    expires_after_seconds: minutes === null ? null : Math.round(minutes * 60),
  };
  return alerts as unknown as ReceiverBody["alerts"];
};

/** All of it, in the API's words; without the secret. */
const wholeBody = (draft: ReceiverDraft): ReceiverBody => {
  const rows = draft.words.filter(([word]) => word.trim() !== "");
  return {
    name: draft.name.trim(),
    preset: draft.preset,
    is_active: draft.isActive,
    service_id: draft.target === "service" ? orNull(draft.serviceId) : null,
    service_name_field: draft.target === "payload" ? pathsOrNull(draft.serviceNameField) : null,
    create_missing_services:
      (draft.target === "payload" || draft.target === "preset") && draft.createsServices,
    ...Object.fromEntries(PATH_FIELDS.map((name) => [name, pathsOrNull(draft.paths[name])])),
    items_field: orNull(draft.itemsField),
    status_mapping:
      rows.length === 0
        ? null
        : (Object.fromEntries(rows.map(([word, meaning]) => [word.trim(), meaning])) as Record<
            string,
            Meaning
          >),
    unmapped_status: orNull(draft.unmapped) as Meaning | null,
    signature_header: draft.signatureHeader.trim(),
    signature_scheme: draft.signatureScheme as SavedReceiver["signature_scheme"],
    timestamp_header: orNull(draft.timestampHeader),
    auto_create_incidents: draft.opensIncidents,
    incident_severity: orNull(draft.incidentSeverity) as SavedReceiver["incident_severity"],
    auto_resolve_incidents: draft.resolvesIncidents,
    alerts: alertsOf(draft),
    rate_limit_per_minute: numberOf(draft.rateLimit),
  } as ReceiverBody;
};

/** `before`: the form as it was opened, or blank. Only what differs. */
export const changesOf = (draft: ReceiverDraft, before: ReceiverDraft): ReceiverBody => {
  const old = wholeBody(before) as Record<string, unknown>;
  const changed = Object.entries(wholeBody(draft)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name]),
  );
  return Object.fromEntries(changed) as ReceiverBody;
};

export const createBody = (draft: ReceiverDraft, preset: Preset | undefined): ReceiverBody => ({
  ...changesOf(draft, blankDraft(preset)),
  name: draft.name.trim(),
  preset: draft.preset,
  ...(draft.signs === "own" ? { hmac_secret: draft.secret } : {}),
});

const MOST_PER_MINUTE = 6_000_000;
const LEAST_MINUTES = 10 / 60;
const MOST_MINUTES = 43_200;

const firstTwice = (rows: readonly WordRow[]): string | undefined => {
  const seen = new Set<string>();
  return rows
    .map(([word]) => word.trim())
    .find((word) => {
      const key = word.toLowerCase();
      if (key === "" || !seen.has(key)) {
        seen.add(key);
        return false;
      }
      return true;
    });
};

export const findReceiverFaults = (draft: ReceiverDraft): ReceiverFaults => {
  const faults: ReceiverFaults = {};
  if (draft.name.trim() === "") faults["name"] = words.needed;
  if (draft.target === "service") {
    if (draft.serviceId === "") faults["service_id"] = words.needed;
    if (draft.serviceId === NEW && draft.newService.trim() === "") faults["new_service"] = words.needed;
  }
  if (draft.target === "none" && !draft.raisesAlerts) faults["service_id"] = words.needed;
  if (draft.target === "payload" && listOf(draft.serviceNameField).length === 0)
    faults["service_name_field"] = words.needed;
  const twice = firstTwice(draft.words);
  if (twice !== undefined) faults["status_mapping"] = words.twice(twice);
  if (draft.signs === "own" && draft.secret.length < 8) faults["hmac_secret"] = words.secretHint;
  if (draft.signatureHeader.trim() === "") faults["signature_header"] = words.needed;
  const rate = numberOf(draft.rateLimit);
  if (rate !== null && !(Number.isInteger(rate) && rate >= 1 && rate <= MOST_PER_MINUTE))
    faults["rate_limit_per_minute"] = words.rateWrong;
  const minutes = numberOf(draft.expiresMinutes);
  if (draft.raisesAlerts && minutes !== null && !(minutes >= LEAST_MINUTES && minutes <= MOST_MINUTES))
    faults["alerts.expires_after_seconds"] = words.expiresWrong;
  return faults;
};

/** Null where the answer names no field. */
export const receiverFaultOf = (field: string | null, message: string): ReceiverFaults | null => {
  if (field === null) return null;
  const name = field.startsWith("alerts.") ? field : field.replace(/[.[].*$/, "");
  return { [name]: message };
};
