// In: a receiver as a person wants it. Out: nothing, or an `invalid` error that names the field.
import { invalid } from "../core/errors";
import type { TenantDirectory } from "../core/tenants";
import { isUsableSecret } from "../lib/hmac";
import type { ServiceBook } from "../services/book";
import { compileSettings } from "./compile";
import { setsStatus } from "./default-settings";
import { findPreset, presetOf, PRESETS } from "./presets/registry";
import type { ReceiverRecord } from "./repository";

export interface CheckParts {
  services: Pick<ServiceBook, "find">;
  tenants: Pick<TenantDirectory, "project">;
}

export const checkSecret = (field: string, secret: string | null): void => {
  if (secret !== null && !isUsableSecret(secret))
    throw invalid(field, "After whsec_ a secret must be base64.");
};

const checkTarget = (record: ReceiverRecord): void => {
  const { serviceId, settings, preset } = record;
  const hasName = settings.serviceNameField !== null;
  if (serviceId !== null && hasName)
    throw invalid("service_name_field", "Give either service_id or service_name_field, not both.");
  if (serviceId === null && !hasName && setsStatus(record) && presetOf(preset).serviceFrom === null)
    throw invalid(
      "service_id",
      "Say which service it is about: service_id, or service_name_field where the payload names it.",
    );
};

export const createCheck =
  ({ services, tenants }: CheckParts) =>
  (record: ReceiverRecord): void => {
    if (findPreset(record.preset) === undefined)
      throw invalid("preset", `preset must be one of: ${PRESETS.map(({ name }) => name).join(", ")}.`);
    checkTarget(record);
    if (record.serviceId !== null && services.find(record.tenantId, record.serviceId) === undefined)
      throw invalid("service_id", "There is no service with this ID.");
    if (tenants.project(record.tenantId, record.projectId) === undefined)
      throw invalid("project_id", "There is no project with this ID.");
    checkSecret("hmac_secret", record.hmacSecret);
    compileSettings(record);
  };
