// In: policies and channels. Out: what happens when nobody acknowledges, one sentence per policy, and the
// dialog that creates or changes one.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import type { Severity } from "../api/alerts";
import { listChannels, type Channel } from "../api/channels";
import { ApiError } from "../api/client";
import { changePolicy, createPolicy, deletePolicy, listPolicies, type Policy } from "../api/escalation";
import { notify, notifyFailure } from "../app/notices";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/dialog";
import "../elements/icon";
import "../elements/mark";
import "../elements/switch";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatSeconds } from "../text/format";
import { channelState } from "./channel-words";
import { listStyles } from "./list-styles";
import { staleNote, stateOf } from "./page-parts";

const words = text.escalation;
const LIST = new Intl.ListFormat("en");
const SEVERITIES = ["critical", "warning", "info"] as const;

interface Ground {
  policies: Policy[];
  channels: Channel[];
}

@customElement("page-escalation")
export class PageEscalation extends LitElement {
  @state() private edited: Policy | "new" | null = null;
  @state() private problem = "";
  @state() private isBusy = false;
  @query("form") private readonly form!: HTMLFormElement;
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  private readonly ground = new Load<Ground>(this, async () => {
    const [policies, channels] = await Promise.all([listPolicies(), listChannels()]);
    return { policies, channels };
  });

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    css`
      li {
        display: grid;
        grid-template-columns: 1.375rem minmax(0, 1fr) auto;
        gap: var(--space-3);
        align-items: center;
        padding: var(--space-3) var(--space-5);
        border-top: 1px solid var(--line);
      }
      li:first-child {
        border-top: 0;
      }
      li.off {
        color: var(--ink-2);
      }
      li ol li {
        display: list-item;
        padding: 0;
        border: 0;
        margin-left: 1.1rem;
      }
      li ol {
        list-style: decimal;
      }
      .trouble {
        display: flex;
        gap: 0.4rem;
        color: var(--warning);
        font-size: var(--text-s);
        margin-top: 0.2rem;
      }
      .trouble andon-mark {
        --mark: 1.05rem;
      }
      @media (max-width: 719px) {
        li {
          grid-template-columns: 1.375rem minmax(0, 1fr);
          padding-inline: var(--space-4);
        }
        li > .actions {
          grid-column: 2;
        }
      }
    `,
  ];

  private channel(id: string | undefined): Channel | undefined {
    return this.ground.data?.channels.find((channel) => channel.id === id);
  }

  private sentence(policy: Policy): TemplateResult {
    const severity = text.severity[policy.severity].toLowerCase();
    const name = (id: string | undefined): string => this.channel(id)?.name ?? words.unknownChannel;
    const wait = (minutes: number | undefined): string => formatSeconds((minutes ?? 0) * 60);
    if (policy.steps !== undefined)
      return html`<p>${words.sentenceSteps(severity)}</p>
        <ol>
          ${policy.steps.map((step) => html`<li>${words.step(wait(step.wait_minutes), name(step.channel_id))}</li>`)}
        </ol>`;
    return html`<p>
      ${
        policy.severity === "info"
          ? words.sentenceInfo(wait(policy.wait_minutes), name(policy.channel_id))
          : words.sentence(severity, wait(policy.wait_minutes), name(policy.channel_id))
      }
    </p>`;
  }

  private trouble(policy: Policy): TemplateResult | null {
    const ids = policy.steps?.map((step) => step.channel_id) ?? [policy.channel_id];
    const troubled = ids
      .map((id) => this.channel(id))
      .find((channel) => channel !== undefined && (channelState(channel).isTrouble || !channel.is_active));
    if (!policy.is_active || troubled === undefined) return null;
    return html`<p class="trouble">
      <andon-mark kind="warning"></andon-mark
      >${words.channelTrouble(channelState(troubled).word.toLowerCase())}
    </p>`;
  }

  private async toggle(policy: Policy): Promise<void> {
    try {
      await changePolicy(policy.id, { is_active: !policy.is_active });
    } catch (error) {
      notifyFailure(words.saveFailed, error);
    }
    await this.ground.run();
  }

  private async deletePolicy(policy: Policy): Promise<void> {
    if (
      !(await this.confirm.ask({
        heading: words.deleteTitle(policy.name),
        detail: words.deleteDetail,
        confirm: words.deleteConfirm,
      }))
    )
      return;
    try {
      await deletePolicy(policy.id);
      notify(words.deleted(policy.name));
    } catch (error) {
      notifyFailure(words.deleteFailed, error);
    }
    await this.ground.run();
  }

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const { edited } = this;
    if (edited === null) return;
    const data = new FormData(this.form);
    const isChain = edited !== "new" && edited.steps !== undefined;
    const changes = {
      name: String(data.get("name")).trim(),
      severity: String(data.get("severity")) as Severity,
      ...(isChain
        ? {}
        : {
            wait_minutes: Number(String(data.get("wait")).replace(",", ".")),
            channel_id: String(data.get("channel")),
          }),
    };
    this.isBusy = true;
    this.problem = "";
    try {
      if (edited === "new")
        await createPolicy({ is_active: true, wait_minutes: 0, channel_id: "", ...changes });
      else await changePolicy(edited.id, changes);
      notify(words.saved(changes.name), { tone: "good" });
      this.edited = null;
      await this.ground.run();
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isBusy = false;
  }

  private row(policy: Policy): TemplateResult {
    return html`<li class=${policy.is_active ? "" : "off"}>
      <andon-mark kind=${policy.severity} quiet></andon-mark>
      <div>
        <p class="strong">${policy.name}</p>
        ${this.sentence(policy)} ${this.trouble(policy)}
      </div>
      <div class="actions">
        <andon-switch
          label="${words.active}: ${policy.name}"
          .checked=${policy.is_active}
          .disabled=${!can("editor")}
          @toggle=${() => void this.toggle(policy)}
        ></andon-switch>
        ${
          can("editor")
            ? html`<button
                  class="quiet square"
                  aria-label=${words.edit(policy.name)}
                  @click=${() => this.open(policy)}
                >
                  <andon-icon name="edit"></andon-icon>
                </button>
                <button
                  class="quiet square"
                  aria-label=${words.delete(policy.name)}
                  @click=${() => void this.deletePolicy(policy)}
                >
                  <andon-icon name="trash"></andon-icon>
                </button>`
            : null
        }
      </div>
    </li>`;
  }

  private open(policy: Policy | "new"): void {
    this.problem = "";
    this.edited = policy;
  }

  private content({ policies, channels }: Ground): TemplateResult {
    if (policies.length === 0)
      return html`<div class="card">
        <andon-empty
          heading=${words.empty}
          detail=${channels.length === 0 ? words.noChannels : words.emptyDetail}
        >
          ${
            !can("editor")
              ? null
              : channels.length === 0
                ? html`<a class="button primary" href="/channels/new">${text.channels.add}</a>`
                : html`<button class="primary" @click=${() => this.open("new")}>${words.add}</button>`
          }
        </andon-empty>
      </div>`;
    const uncovered = SEVERITIES.filter(
      (severity) => !policies.some((policy) => policy.is_active && policy.severity === severity),
    );
    return html`<ul class="card">
        ${policies
          .toSorted((left, right) => SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity))
          .map((policy) => this.row(policy))}
      </ul>
      ${
        uncovered.length === 0
          ? null
          : html`<p class="sub">
              ${words.uncovered(LIST.format(uncovered.map((severity) => text.severity[severity].toLowerCase())))}
            </p>`
      }`;
  }

  private dialog(channels: readonly Channel[]): TemplateResult {
    const { edited } = this;
    const policy = edited === "new" || edited === null ? null : edited;
    return html`<andon-dialog
      heading=${policy === null ? words.newTitle : words.editTitle}
      .open=${edited !== null}
      @dialog-close=${() => (this.edited = null)}
    >
      ${
        edited === null
          ? null
          : html`<form class="form" @submit=${this.save}>
              <div class="field">
                <label for="name">${words.name}</label>
                <input
                  id="name"
                  name="name"
                  required
                  maxlength="200"
                  placeholder=${words.namePlaceholder}
                  .value=${policy?.name ?? ""}
                  autofocus
                />
              </div>
              <div class="field">
                <label for="severity">${words.severity}</label>
                <select id="severity" name="severity">
                  ${SEVERITIES.map((severity) => html`<option value=${severity} ?selected=${severity === (policy?.severity ?? "critical")}>${text.severity[severity]}</option>`)}
                </select>
              </div>
              ${
                policy?.steps !== undefined
                  ? this.sentence(policy)
                  : html`<div class="field">
                        <label for="wait">${words.wait}</label>
                        <input
                          id="wait"
                          name="wait"
                          type="number"
                          min="0"
                          step="any"
                          inputmode="decimal"
                          required
                          .value=${String(policy?.wait_minutes ?? 15)}
                          aria-describedby="wait-hint"
                        />
                        <span class="hint" id="wait-hint">${words.waitHint}</span>
                      </div>
                      <div class="field">
                        <label for="channel">${words.channel}</label>
                        <select id="channel" name="channel" required>
                          <option value="">${words.chooseChannel}</option>
                          ${channels.map((channel) => html`<option value=${channel.id} ?selected=${channel.id === policy?.channel_id}>${channel.name}</option>`)}
                        </select>
                      </div>`
              }
              ${this.problem === "" ? null : html`<p class="note-box critical" role="alert">${this.problem}</p>`}
              <div class="actions">
                <button type="submit" class="primary" ?disabled=${this.isBusy}>
                  ${this.isBusy ? text.common.saving : policy === null ? words.create : text.common.save}
                </button>
                <button type="button" @click=${() => (this.edited = null)}>${text.common.cancel}</button>
              </div>
            </form>`
      }
    </andon-dialog>`;
  }

  override render(): TemplateResult {
    const ground = this.ground.data;
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        ${
          can("editor") && ground !== undefined && ground.channels.length > 0
            ? html`<button class="primary" @click=${() => this.open("new")}>
                <andon-icon name="plus"></andon-icon>${words.add}
              </button>`
            : null
        }
      </div>
      <p class="intro">${words.intro}</p>
      ${staleNote(this.ground)}
      ${ground === undefined ? stateOf(this.ground, { failed: words.failed }) : this.content(ground)}
      ${this.dialog(ground?.channels ?? [])}
      <andon-confirm></andon-confirm>
    </div>`;
  }
}
