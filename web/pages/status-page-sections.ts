// In: the draft of a status page and what is wrong with it. Out: the sections of its editor.
import { html, type TemplateResult } from "lit";
import type { Channel } from "../api/channels";
import type { Service } from "../api/services";
import type { StatusPage } from "../api/status-pages";
import { checkField, linesField, radioField, selectField, textField } from "../elements/fields";
import "../elements/order-list";
import { text } from "../text/en";
import { timeZones } from "./maintenance-draft";
import type { PageDraft, PageFaults } from "./status-page-draft";
import "./status-page-logo";

const words = text.statusPages.form;

export interface SectionParts {
  draft: PageDraft;
  faults: PageFaults;
  /** As it is stored; null: a new one. */
  page: StatusPage | null;
  services: readonly Service[];
  /** Of the type e-mail. */
  channels: readonly Channel[];
  change: (changes: Partial<PageDraft>) => void;
  onLogo: (page: StatusPage) => void;
}

export const contentSection = ({ draft, faults, services, change }: SectionParts): TemplateResult => {
  const groups = [...new Set(services.flatMap(({ group }) => group ?? []))].toSorted();
  return html`<div class="form">
    ${textField({
      name: "name",
      label: words.name,
      value: draft.name,
      hint: words.nameHint,
      fault: faults["name"],
      maxLength: 200,
      set: (name) => change({ name }),
    })}
    <div class="pair">
      ${textField({
        name: "title",
        label: words.title,
        value: draft.title,
        hint: words.titleHint,
        fault: faults["title"],
        maxLength: 200,
        set: (title) => change({ title }),
      })}
      ${linesField({
        name: "description",
        label: words.description,
        value: draft.description,
        fault: faults["description"],
        maxLength: 2_000,
        set: (description) => change({ description }),
      })}
    </div>
    ${
      services.length === 0
        ? html`<p class="note-box"><a href="/services">${words.noServices}</a></p>`
        : html`<andon-order-list
              legend=${words.services}
              hint=${words.servicesHint}
              addLabel=${words.addService}
              none=${words.none}
              .choices=${services.map(({ id, name, group }) => ({
                value: id,
                label: name,
                ...(group === null ? {} : { detail: group }),
              }))}
              .chosen=${draft.serviceIds}
              @chosen=${(event: CustomEvent<string[]>) => change({ serviceIds: event.detail })}
            ></andon-order-list>
            ${
              groups.length === 0 && draft.groups.length === 0
                ? null
                : html`<andon-order-list
                    legend=${words.groups}
                    hint=${words.groupsHint}
                    addLabel=${words.addGroup}
                    none=${words.none}
                    .choices=${groups.map((group) => ({ value: group, label: group }))}
                    .chosen=${draft.groups}
                    @chosen=${(event: CustomEvent<string[]>) => change({ groups: event.detail })}
                  ></andon-order-list>`
            }`
    }
    ${faults["service_ids"] === undefined ? null : html`<p class="wrong" id="service_ids" tabindex="-1">${faults["service_ids"]}</p>`}
  </div>`;
};

export const announcementSection = ({ draft, faults, change }: SectionParts): TemplateResult =>
  html`<div class="form">
    ${linesField({
      name: "announcement",
      label: words.announcement,
      value: draft.announcement,
      hint: words.announcementHint,
      fault: faults["announcement"],
      maxLength: 2_000,
      set: (announcement) => change({ announcement }),
    })}
    ${
      draft.announcement.trim() === ""
        ? null
        : selectField({
            name: "announcement_tone",
            label: words.tone,
            value: draft.tone,
            choices: (["info", "warning", "critical"] as const).map((value) => ({
              value,
              label: words.tones[value],
            })),
            set: (tone) => change({ tone: tone as PageDraft["tone"] }),
          })
    }
  </div>`;

const DEFAULT_COLOR = "#0b5cad";

export const lookSection = ({ draft, faults, page, change, onLogo }: SectionParts): TemplateResult =>
  html`<div class="form">
    <status-page-logo
      .page=${page}
      @saved=${(event: CustomEvent<StatusPage>) => onLogo(event.detail)}
    ></status-page-logo>
    <div class="pair">
      <div class="field">
        <label for="color-own">${words.color}</label>
        <div class="color">
          <select
            id="color-own"
            aria-describedby="color-hint"
            @change=${(event: Event) => change({ color: (event.target as HTMLSelectElement).value })}
          >
            <option value="" ?selected=${draft.color === ""}>${words.colorNone}</option>
            <option value=${draft.color || DEFAULT_COLOR} ?selected=${draft.color !== ""}>
              ${words.colorOwn}
            </option>
          </select>
          ${
            draft.color === ""
              ? null
              : html`<input
                  type="color"
                  aria-label=${words.colorPick}
                  .value=${draft.color}
                  @input=${(event: Event) => change({ color: (event.target as HTMLInputElement).value })}
                />`
          }
        </div>
        <span id="color-hint" class=${faults["accent_color"] === undefined ? "hint" : "error"}
          >${faults["accent_color"] ?? words.colorHint}</span
        >
      </div>
      ${textField({
        name: "website_url",
        label: words.website,
        value: draft.website,
        placeholder: "https://",
        hint: words.websiteHint,
        fault: faults["website_url"],
        maxLength: 2_000,
        set: (website) => change({ website }),
      })}
    </div>
    <div class="pair">
      ${selectField({
        name: "language",
        label: words.language,
        value: draft.language,
        hint: words.languageHint,
        choices: (["en", "de"] as const).map((value) => ({ value, label: words.languages[value] })),
        set: (language) => change({ language: language === "de" ? "de" : "en" }),
      })}
      ${selectField({
        name: "time_zone",
        label: words.zone,
        value: draft.timeZone,
        fault: faults["time_zone"],
        choices: timeZones(draft.timeZone).map((zone) => ({ value: zone, label: zone })),
        set: (timeZone) => change({ timeZone }),
      })}
      ${textField({
        name: "show_history_days",
        label: words.history,
        value: draft.historyDays,
        hint: words.historyHint,
        fault: faults["show_history_days"],
        isNumber: true,
        maxLength: 2,
        set: (historyDays) => change({ historyDays }),
      })}
    </div>
    ${checkField({
      label: words.uptime,
      isChecked: draft.showsUptime,
      set: (showsUptime) => change({ showsUptime }),
    })}
  </div>`;

export const readersSection = ({ draft, faults, page, change }: SectionParts): TemplateResult =>
  html`<div class="form">
    ${radioField({
      name: "visibility",
      label: words.readers,
      value: draft.visibility,
      fault: faults["visibility"],
      choices: (["public", "password", "addresses"] as const).map((value) => ({
        value,
        label: text.statusPages.visibilities[value],
        hint: words.readersHints[value],
      })),
      set: (visibility) => change({ visibility: visibility as PageDraft["visibility"] }),
    })}
    ${
      draft.visibility === "password"
        ? textField({
            name: "password",
            label: words.password,
            value: draft.password,
            isSecret: true,
            hint: page?.has_password === true ? words.passwordKept : words.passwordHint,
            fault: faults["password"],
            maxLength: 256,
            set: (password) => change({ password }),
          })
        : null
    }
    ${
      draft.visibility === "addresses"
        ? linesField({
            name: "allowed_addresses",
            label: words.addresses,
            value: draft.addresses,
            isMono: true,
            hint: words.addressesHint,
            fault: faults["allowed_addresses"],
            set: (addresses) => change({ addresses }),
          })
        : null
    }
    ${checkField({
      label: words.noindex,
      isChecked: draft.isNoindex,
      set: (isNoindex) => change({ isNoindex }),
    })}
  </div>`;

export const placeSection = ({ draft, faults, change }: SectionParts): TemplateResult =>
  html`<div class="form">
    <div class="pair">
      ${textField({
        name: "slug",
        label: words.slug,
        value: draft.slug,
        isMono: true,
        hint: words.slugHint,
        fault: faults["slug"],
        maxLength: 64,
        set: (slug) => change({ slug }),
      })}
      ${textField({
        name: "domain",
        label: words.domain,
        value: draft.domain,
        isMono: true,
        hint: words.domainHint,
        fault: faults["domain"],
        maxLength: 253,
        set: (domain) => change({ domain }),
      })}
    </div>
    ${textField({
      name: "mirror_dir",
      label: words.mirror,
      value: draft.mirrorDir,
      isMono: true,
      hint: words.mirrorHint,
      fault: faults["mirror_dir"],
      maxLength: 200,
      set: (mirrorDir) => change({ mirrorDir }),
    })}
  </div>`;

export const subscribersSection = ({ draft, faults, channels, change }: SectionParts): TemplateResult =>
  html`<div class="form">
    ${selectField({
      name: "email_channel_id",
      label: words.channel,
      value: draft.channelId,
      hint: words.channelHint,
      fault: faults["email_channel_id"],
      choices: [
        { value: "", label: words.channelNone },
        ...channels.map(({ id, name }) => ({ value: id, label: name })),
      ],
      set: (channelId) => change({ channelId }),
    })}
    ${
      draft.channelId === ""
        ? null
        : checkField({
            label: words.byEmail,
            isChecked: draft.allowsEmail,
            set: (allowsEmail) => change({ allowsEmail }),
          })
    }
    ${checkField({
      label: words.byWebhook,
      isChecked: draft.allowsWebhooks,
      set: (allowsWebhooks) => change({ allowsWebhooks }),
    })}
  </div>`;
