// In: the draft of a receiver, its faults and where changes go. Out: the further sections of its form: how senders
// sign, what follows from what they say, and how much they may say.
import { html, type TemplateResult } from "lit";
import { checkField, linesField, radioField, selectField, textField } from "../elements/fields";
import "../elements/pairs";
import type { Pair } from "../elements/pairs";
import { text } from "../text/en";
import type { ReceiverDraft } from "./receiver-draft";
import type { SectionParts } from "./receiver-sections";

const words = text.receiverForm;

const choicesOf = (labels: Record<string, string>): { value: string; label: string }[] =>
  Object.entries(labels).map(([value, label]) => ({ value, label }));

const SEVERITIES = ["critical", "warning", "info"] as const;

/** `isNew`: the secret itself is asked for as well. */
export const signatureSection = (parts: SectionParts & { isNew: boolean }): TemplateResult => {
  const { draft, faults, preset, change, isNew } = parts;
  const isSns = draft.signatureScheme === "sns";
  const hasDetails = !isNew || draft.signs !== "none" || isSns;
  return html`<p class="sub">${preset?.signature_hint ?? words.signatureHint}</p>
    <div class="form">
      ${
        !isNew || isSns
          ? null
          : radioField({
              name: "signs",
              label: words.signsLegend,
              value: draft.signs,
              choices: [
                { value: "none", label: words.signs.none, hint: words.signsNone },
                { value: "make", label: words.signs.make },
                { value: "own", label: words.signs.own },
              ],
              set: (signs) => change({ signs: signs as ReceiverDraft["signs"] }),
            })
      }
      ${
        isNew && draft.signs === "own" && !isSns
          ? textField({
              name: "hmac_secret",
              label: words.secret,
              hint: words.secretHint,
              value: draft.secret,
              fault: faults["hmac_secret"],
              isSecret: true,
              maxLength: 256,
              set: (secret) => change({ secret }),
            })
          : null
      }
      ${
        hasDetails
          ? html`<div class="pair">
                ${selectField({
                  name: "signature_scheme",
                  label: words.scheme,
                  value: draft.signatureScheme,
                  fault: faults["signature_scheme"],
                  choices: choicesOf(words.schemes),
                  set: (signatureScheme) => change({ signatureScheme }),
                })}
                ${
                  isSns
                    ? null
                    : textField({
                        name: "signature_header",
                        label: words.header,
                        value: draft.signatureHeader,
                        fault: faults["signature_header"],
                        isMono: true,
                        maxLength: 100,
                        set: (signatureHeader) => change({ signatureHeader }),
                      })
                }
                ${
                  draft.signatureScheme === "auto"
                    ? textField({
                        name: "timestamp_header",
                        label: words.timestampHeader,
                        value: draft.timestampHeader,
                        fault: faults["timestamp_header"],
                        isMono: true,
                        maxLength: 100,
                        set: (timestampHeader) => change({ timestampHeader }),
                      })
                    : null
                }
              </div>
              ${isNew || isSns ? null : html`<p class="sub">${words.secretElsewhere}</p>`}`
          : null
      }
    </div>`;
};

export const incidentsSection = ({ draft, faults, change }: SectionParts): TemplateResult =>
  html`<div class="form">
    ${checkField({
      label: words.opens,
      isChecked: draft.opensIncidents,
      set: (opensIncidents) => change({ opensIncidents }),
    })}
    ${
      draft.opensIncidents
        ? html`<div class="inset">
            ${selectField({
              name: "incident_severity",
              label: words.severity,
              value: draft.incidentSeverity,
              fault: faults["incident_severity"],
              choices: choicesOf(words.severities),
              set: (incidentSeverity) => change({ incidentSeverity }),
            })}
          </div>`
        : null
    }
    ${checkField({
      label: words.resolves,
      hint: words.resolvesHint,
      isChecked: draft.resolvesIncidents,
      set: (resolvesIncidents) => change({ resolvesIncidents }),
    })}
  </div>`;

const alertFields = ({ draft, faults, change }: SectionParts): TemplateResult =>
  html`<div class="inset form">
    ${
      draft.target === "none"
        ? null
        : checkField({
            label: words.setsStatus,
            isChecked: draft.setsStatus,
            set: (setsStatus) => change({ setsStatus }),
          })
    }
    <div class="pair">
      ${selectField({
        name: "alerts.severity",
        label: words.alertSeverity,
        value: draft.alertSeverity,
        fault: faults["alerts.severity"],
        choices: SEVERITIES.map((value) => ({ value, label: text.severity[value] })),
        set: (alertSeverity) => change({ alertSeverity }),
      })}
      ${linesField({
        name: "alerts.severity_field",
        label: words.severityField,
        value: draft.severityField,
        fault: faults["alerts.severity_field"],
        isMono: true,
        set: (severityField) => change({ severityField }),
      })}
      ${linesField({
        name: "alerts.machine_field",
        label: words.machineField,
        hint: words.machineHint,
        value: draft.machineField,
        fault: faults["alerts.machine_field"],
        isMono: true,
        set: (machineField) => change({ machineField }),
      })}
      ${linesField({
        name: "alerts.name_field",
        label: words.alertName,
        value: draft.alertNameField,
        fault: faults["alerts.name_field"],
        isMono: true,
        set: (alertNameField) => change({ alertNameField }),
      })}
      ${textField({
        name: "alerts.expires_after_seconds",
        label: words.expires,
        hint: words.expiresHint,
        value: draft.expiresMinutes,
        fault: faults["alerts.expires_after_seconds"],
        isNumber: true,
        set: (expiresMinutes) => change({ expiresMinutes }),
      })}
    </div>
    <andon-pairs
      legend=${words.severityWords}
      hint=${words.severityWordsHint}
      fault=${faults["alerts.severity_mapping"] ?? ""}
      nameLabel=${words.word}
      valueLabel=${words.meaning}
      addLabel=${words.addWord}
      .removeLabel=${words.removeWord}
      .pairs=${draft.severityWords}
      @pairs=${(event: CustomEvent<readonly Pair[]>) => change({ severityWords: event.detail })}
    ></andon-pairs>
  </div>`;

export const alertsSection = (parts: SectionParts): TemplateResult => {
  const { draft, change } = parts;
  return html`<div class="form">
    ${checkField({
      label: words.raises,
      hint: words.raisesHint,
      isChecked: draft.raisesAlerts,
      set: (raisesAlerts) =>
        change({
          raisesAlerts,
          // Without alerts something has to follow.
          ...(raisesAlerts || draft.target !== "none"
            ? {}
            : { target: parts.preset?.service_from == null ? "service" : "preset" }),
        }),
    })}
    ${draft.raisesAlerts ? alertFields(parts) : null}
  </div>`;
};

export const conductSection = ({ draft, faults, change }: SectionParts): TemplateResult =>
  html`<div class="form">
    ${checkField({
      label: words.active,
      isChecked: draft.isActive,
      set: (isActive) => change({ isActive }),
    })}
    ${textField({
      name: "rate_limit_per_minute",
      label: words.rate,
      placeholder: words.ratePlaceholder,
      value: draft.rateLimit,
      fault: faults["rate_limit_per_minute"],
      isNumber: true,
      set: (rateLimit) => change({ rateLimit }),
    })}
  </div>`;
