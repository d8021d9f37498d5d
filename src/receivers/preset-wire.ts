// In: presets. Out: their API model: what a form needs to offer them.
import { t, type Static } from "elysia";
import type { Preset } from "./presets/preset";
import { SchemeModel } from "./wire";

const NullableString = t.Union([t.String(), t.Null()]);

export const PresetWire = t.Object({
  name: t.String(),
  label: t.String(),
  about: t.String(),
  setup: t.Array(t.String(), { description: "Where the receiver's URL goes, step by step." }),
  service_from: t.Union([t.String(), t.Null()], {
    description:
      "Where the payload names the service: then neither service_id nor service_name_field is needed. Null: nowhere.",
  }),
  reads_by_paths: t.Boolean({ description: "False: status_field and the like are optional." }),
  signature_header: t.String(),
  signature_scheme: SchemeModel,
  signature_hint: t.Union([t.String(), t.Null()], { description: "Null: the sender does not sign." }),
  words: t.Record(t.String(), t.String(), { description: "Its own words, beside those of Alert24." }),
  examples: t.Array(t.Object({ title: t.String(), payload: t.Any() })),
});
export type PresetWire = Static<typeof PresetWire>;

export const PresetsWire = t.Object({ data: t.Array(PresetWire), next_cursor: NullableString });

export const presentPreset = (preset: Preset): PresetWire => ({
  name: preset.name,
  label: preset.label,
  about: preset.about,
  setup: [...preset.setup],
  service_from: preset.serviceFrom,
  reads_by_paths: preset.read === null,
  signature_header: preset.signature.header,
  signature_scheme: preset.signature.scheme,
  signature_hint: preset.signature.hint,
  words: { ...preset.words },
  examples: preset.examples.map(({ title, payload }) => ({ title, payload })),
});
