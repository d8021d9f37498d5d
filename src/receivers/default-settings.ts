// In: a preset. Out: what a receiver begins with: the seed's settings, and those that its sender needs. Pure.
import type { ReceiverRecord } from "./repository";
import { presetOf } from "./presets/registry";
import type { ReceiverSettings } from "./schema";

/** The seed's, and what the preset knows of how its sender signs. */
export const defaultSettings = (presetName: string): ReceiverSettings => {
  const { read, signature, idField = null } = presetOf(presetName);
  return {
    serviceNameField: null,
    // A preset that reads payloads knows better than any path; a path that is set comes first all the same.
    statusField: read === null ? ["status"] : null,
    messageField: read === null ? ["message"] : null,
    titleField: null,
    urlField: null,
    itemsField: null,
    keyField: null,
    startsAtField: null,
    endsAtField: null,
    timeField: null,
    idField,
    statusMapping: null,
    unmappedStatus: null,
    createMissingServices: false,
    signatureHeader: signature.header,
    signatureScheme: signature.scheme,
    timestampHeader: null,
    autoCreateIncidents: false,
    incidentSeverity: null,
    autoResolveIncidents: false,
    rateLimitPerMinute: null,
    alerts: null,
  };
};

/** Where payloads are read in another way from now on, the paths of the old one mean nothing. */
export const settingsAfter = (
  before: Pick<ReceiverRecord, "preset" | "settings">,
  { preset, settings }: { preset: string; settings: Partial<ReceiverSettings> },
): ReceiverSettings => {
  const after = defaultSettings(preset);
  const isReadAlike = presetOf(preset).read === null && presetOf(before.preset).read === null;
  const next: ReceiverSettings =
    preset === before.preset || isReadAlike
      ? { ...before.settings, ...settings }
      : {
          ...before.settings,
          statusField: after.statusField,
          messageField: after.messageField,
          timeField: after.timeField,
          idField: after.idField,
          signatureHeader: after.signatureHeader,
          signatureScheme: after.signatureScheme,
          ...settings,
        };
  return {
    ...next,
    statusField: next.statusField ?? after.statusField,
    messageField: next.messageField ?? after.messageField,
  };
};

/** Whether what it hears becomes the status of services: where none is meant, it only raises alerts. */
export const setsStatus = ({
  settings,
  serviceId,
}: Pick<ReceiverRecord, "settings" | "serviceId">): boolean =>
  settings.alerts === null ||
  (settings.alerts.setsStatus ?? (serviceId !== null || settings.serviceNameField !== null));
