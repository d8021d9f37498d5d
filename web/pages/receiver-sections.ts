// In: the draft of a receiver, its faults and where changes go. Out: the first sections of its form: what it is
// about, how payloads are read, and what words mean.
import { html, type TemplateResult } from "lit";
import type { Preset } from "../api/receivers";
import type { Service } from "../api/services";
import { checkField, linesField, radioField, selectField, textField, type Choice } from "../elements/fields";
import "../elements/icon";
import { text } from "../text/en";
import { groupPresets } from "./receiver-presets";
import { NEW, PATH_FIELDS, type PathField, type ReceiverDraft, type ReceiverFaults } from "./receiver-draft";
import { MEANINGS, meaningWord } from "./receiver-words";

const words = text.receiverForm;

export interface SectionParts {
  draft: ReceiverDraft;
  faults: ReceiverFaults;
  preset: Preset | undefined;
  change: (changes: Partial<ReceiverDraft>) => void;
}

export interface AboutParts extends SectionParts {
  presets: readonly Preset[];
  services: readonly Service[];
  /** Of a new receiver it was chosen before. */
  canChangePreset: boolean;
  changePreset: (name: string) => void;
}

const targetChoices = ({ preset, draft }: SectionParts): Choice[] => {
  const { targets } = words;
  const from = preset?.service_from ?? null;
  return [
    ...(from === null && draft.target !== "preset"
      ? []
      : [{ value: "preset", label: targets.preset, ...(from === null ? {} : { hint: from }) }]),
    { value: "service", label: targets.service },
    { value: "payload", label: targets.payload },
    ...(draft.raisesAlerts || draft.target === "none" ? [{ value: "none", label: targets.none }] : []),
  ];
};

const serviceFields = ({ draft, faults, services, change }: AboutParts): TemplateResult =>
  html`<div class="pair inset">
    ${selectField({
      name: "service_id",
      label: words.service,
      value: draft.serviceId,
      fault: faults["service_id"],
      choices: [
        ...(draft.serviceId === "" ? [{ value: "", label: words.chooseService }] : []),
        ...services.map(({ id, name, group }) => ({
          value: id,
          label: group === null ? name : `${group}: ${name}`,
        })),
        { value: NEW, label: words.newService },
      ],
      set: (serviceId) => change({ serviceId }),
    })}
    ${
      draft.serviceId === NEW
        ? textField({
            name: "new_service",
            label: words.newServiceName,
            value: draft.newService,
            fault: faults["new_service"],
            maxLength: 200,
            set: (newService) => change({ newService }),
          })
        : null
    }
  </div>`;

const makesServices = ({ draft, change }: SectionParts): TemplateResult =>
  checkField({
    label: words.creates,
    hint: words.createsHint,
    isChecked: draft.createsServices,
    set: (createsServices) => change({ createsServices }),
  });

export const aboutSection = (parts: AboutParts): TemplateResult => {
  const { draft, faults, presets, change, canChangePreset } = parts;
  return html`<div class="form">
    ${textField({
      name: "name",
      label: words.name,
      placeholder: words.namePlaceholder,
      value: draft.name,
      fault: faults["name"],
      maxLength: 200,
      set: (name) => change({ name }),
    })}
    ${
      canChangePreset
        ? selectField({
            name: "preset",
            label: words.preset,
            hint: words.presetHint,
            fault: faults["preset"],
            value: draft.preset,
            choices: groupPresets(presets).flatMap((group) =>
              group.presets.map(({ name, label }) => ({ value: name, label })),
            ),
            set: parts.changePreset,
          })
        : null
    }
    ${radioField({
      name: "target",
      label: words.target,
      value: draft.target,
      choices: targetChoices(parts),
      set: (target) => change({ target: target as ReceiverDraft["target"] }),
    })}
    ${draft.target === "service" ? serviceFields(parts) : null}
    ${
      draft.target === "payload"
        ? html`<div class="inset form">
            ${linesField({
              name: "service_name_field",
              label: words.nameField,
              value: draft.serviceNameField,
              placeholder: "service_name",
              fault: faults["service_name_field"],
              isMono: true,
              set: (serviceNameField) => change({ serviceNameField }),
            })}
            ${makesServices(parts)}
          </div>`
        : null
    }
    ${draft.target === "preset" ? html`<div class="inset">${makesServices(parts)}</div>` : null}
  </div>`;
};

const FIRST_PATHS: readonly PathField[] = ["status_field", "message_field"];

const pathField = ({ draft, faults, preset, change }: SectionParts, name: PathField): TemplateResult =>
  linesField({
    name,
    label: words.fields[name] ?? name,
    hint: words.fieldHints[name],
    ...(preset?.reads_by_paths === false && FIRST_PATHS.includes(name)
      ? { placeholder: words.bySender }
      : {}),
    value: draft.paths[name],
    fault: faults[name],
    isMono: true,
    set: (value) => change({ paths: { ...draft.paths, [name]: value } }),
  });

export const readingSection = (parts: SectionParts): TemplateResult => {
  const { draft, faults, preset, change } = parts;
  const more = PATH_FIELDS.filter((name) => !FIRST_PATHS.includes(name));
  const isUsed = draft.itemsField !== "" || more.some((name) => draft.paths[name] !== "" || faults[name]);
  return html`<p class="sub">
      ${preset?.reads_by_paths === false ? `${words.readingOptional} ` : ""}${words.readingHint}
    </p>
    <div class="form">
      <div class="pair">${FIRST_PATHS.map((name) => pathField(parts, name))}</div>
      <details ?open=${isUsed}>
        <summary>${words.morePaths}</summary>
        <div class="form">
          ${
            preset?.reads_by_paths === false
              ? null
              : textField({
                  name: "items_field",
                  label: words.fields["items_field"] ?? "",
                  hint: words.fieldHints["items_field"],
                  value: draft.itemsField,
                  fault: faults["items_field"],
                  isMono: true,
                  set: (itemsField) => change({ itemsField }),
                })
          }
          <div class="pair">${more.map((name) => pathField(parts, name))}</div>
        </div>
      </details>
    </div>`;
};

export const wordsSection = ({ draft, faults, change }: SectionParts): TemplateResult => {
  const fault = faults["status_mapping"];
  const setRow = (at: number, row: readonly [string, string]): void =>
    change({ words: draft.words.map((each, index) => (index === at ? row : each)) });
  return html`<p class="sub">${words.wordsHint}</p>
    <div class="form">
      <div class="words">
        ${draft.words.map(
          ([word, meaning], at) =>
            html`<div class="word">
              <input
                aria-label=${words.word}
                aria-invalid=${fault === undefined ? "false" : "true"}
                maxlength="200"
                autocomplete="off"
                spellcheck="false"
                .value=${word}
                @input=${(event: Event) => setRow(at, [(event.target as HTMLInputElement).value, meaning])}
              />
              <select
                aria-label="${words.meaning} ${word}"
                @change=${(event: Event) => setRow(at, [word, (event.target as HTMLSelectElement).value])}
              >
                ${MEANINGS.map(
                  (each) =>
                    html`<option value=${each} ?selected=${each === meaning}>${meaningWord(each)}</option>`,
                )}
              </select>
              <button
                type="button"
                class="square"
                aria-label=${words.removeWord(word)}
                @click=${() => change({ words: draft.words.filter((_, index) => index !== at) })}
              >
                <andon-icon name="close"></andon-icon>
              </button>
            </div>`,
        )}
        <div class="actions">
          <button
            type="button"
            ?disabled=${draft.words.some(([word]) => word.trim() === "")}
            @click=${() => change({ words: [...draft.words, ["", "down"]] })}
          >
            <andon-icon name="plus"></andon-icon>${words.addWord}
          </button>
        </div>
        ${fault === undefined ? null : html`<p class="fault">${fault}</p>`}
      </div>
      ${selectField({
        name: "unmapped_status",
        label: words.unmapped,
        value: draft.unmapped,
        fault: faults["unmapped_status"],
        choices: Object.entries(words.unmappedAs).map(([value, label]) => ({ value, label })),
        set: (unmapped) => change({ unmapped }),
      })}
    </div>`;
};
