// In: a draft of a channel, and the other channels. Out: who is told when it fails, its limit, the weekly
// test, the summary after an outage, and its switch. Every change leaves as a new draft.
import { LitElement, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Channel, ChannelType } from "../api/channels";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatSeconds } from "../text/format";
import type { ChannelDraft, ChannelFaults } from "./channel-draft";
import { configFieldStyles } from "./config-styles";

const words = text.channelForm.conduct;

/** Fires `draft` with the new draft. */
@customElement("channel-conduct")
export class ChannelConduct extends LitElement {
  @property({ attribute: false }) draft!: ChannelDraft;
  @property({ attribute: false }) type!: ChannelType;
  /** The channel that is changed, or null. */
  @property({ attribute: false }) channel: Channel | null = null;
  @property({ attribute: false }) others: readonly Channel[] = [];
  @property({ attribute: false }) faults: ChannelFaults = {};

  static override styles = [base, controls, surfaces, configFieldStyles];

  focusFault(): void {
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  private set(changes: Partial<ChannelDraft>): void {
    this.dispatchEvent(new CustomEvent("draft", { detail: { ...this.draft, ...changes } }));
  }

  private failure(): TemplateResult | null {
    const { others, faults } = this;
    const { failureChannelId } = this.draft;
    if (others.length === 0) return null;
    const fault = faults["failure_channel_id"];
    return html`<div class="field">
      <label for="failure">${words.failure}</label>
      <select
        id="failure"
        aria-describedby="failure-hint"
        aria-invalid=${fault === undefined ? "false" : "true"}
        @change=${(event: Event) => this.set({ failureChannelId: (event.target as HTMLSelectElement).value })}
      >
        <option value="">${text.channels.noFailureChannel}</option>
        ${others.map(({ id, name }) => html`<option value=${id} ?selected=${id === failureChannelId}>${name}</option>`)}
      </select>
      <span id="failure-hint" class=${fault === undefined ? "hint" : "error"}
        >${fault ?? words.failureHint}</span
      >
    </div>`;
  }

  private rate(): TemplateResult {
    const usual = this.channel?.rate_limit_per_minute_default ?? null;
    const fault = this.faults["rate_limit_per_minute"];
    return html`<div class="field">
      <label for="rate">${words.rate} <span class="hint">(${text.common.optional})</span></label>
      <input
        id="rate"
        class="short"
        inputmode="numeric"
        autocomplete="off"
        placeholder=${usual !== null ? words.rateUsual(usual) : this.channel === null ? text.channelForm.asUsual : words.rateNone}
        .value=${this.draft.rateLimit}
        aria-invalid=${fault === undefined ? "false" : "true"}
        aria-describedby="rate-hint"
        @input=${(event: Event) => this.set({ rateLimit: (event.target as HTMLInputElement).value })}
      />
      <span id="rate-hint" class=${fault === undefined ? "hint" : "error"}>${fault ?? words.rateHint}</span>
    </div>`;
  }

  private stale(): TemplateResult | null {
    if (this.type.audience !== "people") return null;
    const own = this.draft.staleAfterSeconds;
    const fault = this.faults["stale_after_seconds"];
    const ages = new Map(Object.entries(words.staleAges).map(([seconds, label]) => [Number(seconds), label]));
    if (!ages.has(own)) ages.set(own, formatSeconds(own));
    return html`<div class="field">
      <label for="stale">${words.stale}</label>
      <select
        id="stale"
        aria-describedby="stale-hint"
        aria-invalid=${fault === undefined ? "false" : "true"}
        @change=${(event: Event) => this.set({ staleAfterSeconds: Number((event.target as HTMLSelectElement).value) })}
      >
        ${[...ages]
          .toSorted(([left], [right]) => left - right)
          .map(
            ([seconds, label]) =>
              html`<option value=${seconds} ?selected=${seconds === own}>${label}</option>`,
          )}
      </select>
      <span id="stale-hint" class=${fault === undefined ? "hint" : "error"}>${fault ?? words.staleHint}</span>
    </div>`;
  }

  private check(parts: {
    isChecked: boolean;
    label: string;
    hint: string;
    change: (isChecked: boolean) => void;
  }): TemplateResult {
    return html`<label class="check">
      <input
        type="checkbox"
        .checked=${parts.isChecked}
        @change=${(event: Event) => parts.change((event.target as HTMLInputElement).checked)}
      />
      <span>${parts.label}<br /><span class="sub">${parts.hint}</span></span>
    </label>`;
  }

  override render(): TemplateResult {
    const { draft } = this;
    const isUntold = draft.isTestedWeekly && draft.failureChannelId === "" && this.others.length > 0;
    return html`<div class="form">
      ${this.failure()}
      <div class="pair">${this.rate()} ${this.stale() ?? nothing}</div>
      ${this.check({
        isChecked: draft.isTestedWeekly,
        label: words.weekly,
        hint: isUntold ? `${words.weeklyHint} ${words.weeklyUntold}` : words.weeklyHint,
        change: (isTestedWeekly) => this.set({ isTestedWeekly }),
      })}
      ${this.check({
        isChecked: draft.isActive,
        label: words.active,
        hint: words.activeHint,
        change: (isActive) => this.set({ isActive }),
      })}
    </div>`;
  }
}
