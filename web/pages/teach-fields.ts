// In: a payload that was caught for a receiver. Out: the payload to click values in, the fields that are chosen
// so far, and what would come of it; saves the fields.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { listChannels } from "../api/channels";
import { ApiError } from "../api/client";
import {
  applyTeaching,
  type Meaning,
  type Preset,
  type Receiver,
  type Rehearsal,
  type Teaching,
} from "../api/receivers";
import { notify } from "../app/notices";
import { Load } from "../controllers/load";
import { checkField } from "../elements/fields";
import { fieldStyles } from "../elements/field-styles";
import "../elements/icon";
import "../elements/mark";
import "../elements/payload-tree";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import "./receiver-outcome";
import { MEANINGS, meaningWord, presetLabel } from "./receiver-words";
import {
  firstDraft,
  listOf,
  roleName,
  ROLES,
  settingPath,
  settingsOf,
  switchEntries,
  type Role,
  type TeachDraft,
} from "./teach-draft";
import { teachFieldsStyles } from "./teach-fields-styles";

const words = text.receiverForm.teach;
const QUIET_MS = 250;

/** Fires `saved`. The slot holds what else can be done with the payload. */
@customElement("teach-fields")
export class TeachFields extends LitElement {
  @property({ attribute: false }) receiver!: Receiver;
  @property({ attribute: false }) presets: readonly Preset[] = [];
  @property({ attribute: false }) teaching!: Teaching;
  @state() private draft: TeachDraft | null = null;
  @state() private current: Role = "status_field";
  @state() private rehearsal: Rehearsal | null = null;
  @state() private problem = "";
  @state() private isAsking = false;
  @state() private isSaving = false;
  private deliveryId: string | null = null;
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly channelNames = new Load(
    this,
    async () => new Map((await listChannels()).map(({ id, name }) => [id, name])),
  );

  static override styles = [base, controls, surfaces, fieldStyles, teachFieldsStyles];

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has("teaching") || this.teaching.delivery_id === this.deliveryId) return;
    this.deliveryId = this.teaching.delivery_id;
    this.change(firstDraft(this.receiver, this.teaching, this.readsByPaths(this.receiver.preset)), 0);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  private readsByPaths(preset: string): boolean {
    return this.presets.find(({ name }) => name === preset)?.reads_by_paths !== false;
  }

  private get payload(): unknown {
    return this.teaching.payload as unknown;
  }

  private get list(): string | null {
    return listOf({ guess: this.teaching.guess, payload: this.payload });
  }

  private settings(draft: TeachDraft): ReturnType<typeof settingsOf> {
    return settingsOf(draft, this.receiver, {
      list: this.list,
      readsByPaths: this.readsByPaths(draft.preset),
    });
  }

  private change(draft: TeachDraft, quietMs = QUIET_MS): void {
    this.draft = draft;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), quietMs);
  }

  private async ask(): Promise<void> {
    if (this.draft === null) return;
    this.turn += 1;
    const { turn } = this;
    this.isAsking = true;
    try {
      const { rehearsal } = await applyTeaching(this.receiver.id, this.settings(this.draft), false);
      if (turn !== this.turn) return;
      this.rehearsal = rehearsal;
      this.problem = "";
    } catch (error) {
      if (turn !== this.turn) return;
      this.rehearsal = null;
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isAsking = false;
  }

  private async save(): Promise<void> {
    if (this.draft === null) return;
    this.isSaving = true;
    try {
      await applyTeaching(this.receiver.id, this.settings(this.draft), true);
      notify(words.saved, { tone: "good" });
      this.dispatchEvent(new CustomEvent("saved"));
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isSaving = false;
  }

  private pick(draft: TeachDraft, path: string): void {
    const chosen = settingPath(path, this.list, draft.isByEntry);
    const { current: role } = this;
    const rest = Object.entries(draft.paths).filter(([, other]) => other !== chosen);
    this.change({ ...draft, paths: { ...Object.fromEntries(rest), [role]: chosen } });
    // On to the next that nobody has chosen yet.
    const next = ROLES[ROLES.indexOf(role) + 1];
    if (draft.paths[role] === undefined && next !== undefined && draft.paths[next] === undefined)
      this.current = next;
  }

  private clear(draft: TeachDraft, role: Role): void {
    const { [role]: _, ...paths } = draft.paths;
    this.change({ ...draft, paths });
    this.current = role;
  }

  private roleOf(draft: TeachDraft, path: string): string | null {
    const setting = settingPath(path, this.list, draft.isByEntry);
    const role = ROLES.find((each) => draft.paths[each] === setting);
    return role === undefined ? null : roleName(role);
  }

  private likeness(draft: TeachDraft): TemplateResult | null {
    const { receiver, presets, teaching } = this;
    if (!this.readsByPaths(draft.preset))
      return html`<div class="note-box">
        <p class="grow">${words.presetUsed(presetLabel(draft.preset, presets))}</p>
        <button
          @click=${() => this.usePreset(draft, this.readsByPaths(receiver.preset) ? receiver.preset : "generic")}
        >
          ${words.presetBack}
        </button>
      </div>`;
    const likely = teaching.guess?.presets[0];
    if (likely === undefined) return null;
    const label = presetLabel(likely, presets);
    return html`<div class="note-box info">
      <p class="grow">${words.looksLike} <span class="strong">${label}</span>.</p>
      <button @click=${() => this.usePreset(draft, likely)}>${words.usePreset(label)}</button>
    </div>`;
  }

  private usePreset(draft: TeachDraft, preset: string): void {
    const readsByPaths = this.readsByPaths(preset);
    const first = firstDraft(this.receiver, this.teaching, readsByPaths);
    this.current = "status_field";
    this.change({ ...first, preset, words: draft.words }, 0);
  }

  private fields(draft: TeachDraft): TemplateResult {
    const { list } = this;
    return html`<section class="card" aria-labelledby="fields">
      <div class="card-head"><h2 id="fields">${words.choose}</h2></div>
      <ul class="roles">
        ${ROLES.map((role) => {
          const path = draft.paths[role];
          const name = roleName(role);
          return html`<li class=${role === this.current ? "current" : ""}>
            <button class="role" aria-pressed=${role === this.current} @click=${() => (this.current = role)}>
              <span class="strong">${name}</span>
              ${path === undefined ? html`<span class="sub">${words.unset}</span>` : html`<code>${path}</code>`}
            </button>
            ${
              path === undefined
                ? null
                : html`<button
                    class="quiet square"
                    aria-label=${words.clear(name)}
                    @click=${() => this.clear(draft, role)}
                  >
                    <andon-icon name="close"></andon-icon>
                  </button>`
            }
          </li>`;
        })}
      </ul>
      ${
        list === null || !this.readsByPaths(draft.preset)
          ? null
          : html`<div class="card-body list">
              ${
                list === ""
                  ? html`<p class="sub">${words.eachTop}</p>`
                  : checkField({
                      label: words.each(list),
                      isChecked: draft.isByEntry,
                      set: () => this.change(switchEntries(draft, list)),
                    })
              }
            </div>`
      }
      ${
        draft.paths.service_name_field === undefined
          ? null
          : html`<div class="card-body list">
              ${checkField({
                label: text.receiverForm.creates,
                isChecked: draft.createsServices,
                set: (createsServices) => this.change({ ...draft, createsServices }),
              })}
            </div>`
      }
    </section>`;
  }

  private unknown(draft: TeachDraft, word: string): TemplateResult {
    return html`<div class="unknown">
      <p>${words.unknown(word)}</p>
      <div class="chips" role="group" aria-label=${words.unknown(word)}>
        ${MEANINGS.map(
          (meaning: Meaning) =>
            html`<button
              class="chip"
              @click=${() => this.change({ ...draft, words: [...draft.words, [word, meaning]] }, 0)}
            >
              ${meaningWord(meaning)}
            </button>`,
        )}
      </div>
    </div>`;
  }

  private result(draft: TeachDraft): TemplateResult {
    const { rehearsal } = this;
    const unknown = [...new Set(rehearsal?.unknown_words ?? [])];
    return html`<section class="card" aria-labelledby="result">
      <div class="card-head"><h2 id="result">${words.result}</h2></div>
      <div class="card-body result" aria-live="polite" aria-busy=${this.isAsking && rehearsal === null}>
        ${
          rehearsal === null
            ? this.problem === ""
              ? html`<p class="sub">${words.asking}</p>`
              : html`<p class="note-box warning">
                  <andon-mark kind="warning"></andon-mark><span>${words.problem}: ${this.problem}</span>
                </p>`
            : html`<receiver-outcome
                .rehearsal=${rehearsal}
                .channelNames=${this.channelNames.data ?? new Map()}
              ></receiver-outcome>`
        }
        ${unknown.map((word) => this.unknown(draft, word))}
        <div class="actions">
          <button
            class="primary"
            ?disabled=${this.isSaving || rehearsal === null}
            @click=${() => void this.save()}
          >
            ${this.isSaving ? words.saving : words.save}
          </button>
          <slot></slot>
        </div>
      </div>
    </section>`;
  }

  override render(): TemplateResult {
    const { draft, teaching } = this;
    if (draft === null) return html``;
    return html`${this.likeness(draft)}
      <div class="columns">
        <div class="choosing">${this.fields(draft)} ${this.result(draft)}</div>
        <section class="card" aria-labelledby="payload">
          <div class="card-head">
            <h2 id="payload" class="grow">${words.payload}</h2>
            <span class="sub"
              >${words.came} <andon-since mode="ago" .at=${teaching.captured_at}></andon-since
            ></span>
          </div>
          <div class="card-body tree">
            <payload-tree
              .payload=${this.payload}
              .roleOf=${(path: string) => this.roleOf(draft, path)}
              @pick=${(event: CustomEvent<string>) => this.pick(draft, event.detail)}
            ></payload-tree>
          </div>
        </section>
      </div>`;
  }
}
