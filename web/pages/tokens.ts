// In: API tokens. Out: their list, the dialog that makes one and shows it once, and revoking.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import type { Role } from "../api/session";
import { createToken, listTokens, revokeToken, type ApiToken } from "../api/tokens";
import { notify, notifyFailure } from "../app/notices";
import { can } from "../app/session";
import { now } from "../controllers/clock";
import { Load } from "../controllers/load";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/copy";
import "../elements/dialog";
import "../elements/icon";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatDay } from "../text/format";
import { listStyles } from "./list-styles";
import { staleNote, stateOf } from "./page-parts";

const words = text.tokens;
const DAY_MS = 86_400_000;
const ROLES: readonly Role[] = ["viewer", "responder", "editor", "admin"];

@customElement("page-tokens")
export class PageTokens extends LitElement {
  @state() private isCreating = false;
  @state() private scope: "ingest" | "full" = "ingest";
  @state() private secret = "";
  @state() private problem = "";
  @query("form") private readonly form!: HTMLFormElement;
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  private readonly tokens = new Load(this, listTokens);

  static override styles = [base, controls, surfaces, listStyles];

  private async create(event: Event): Promise<void> {
    event.preventDefault();
    const data = new FormData(this.form);
    const days = Number(data.get("expires"));
    try {
      const created = await createToken({
        name: String(data.get("name")).trim(),
        scope: this.scope,
        ...(this.scope === "full" ? { role: String(data.get("role")) as Role } : {}),
        ...(days > 0 ? { expires_at: new Date(now() + days * DAY_MS).toISOString() } : {}),
      });
      this.secret = created.token;
      await this.tokens.run();
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
  }

  private async revoke(token: ApiToken): Promise<void> {
    if (
      !(await this.confirm.ask({
        heading: words.revokeTitle(token.name),
        detail: words.revokeDetail,
        confirm: words.revoke,
      }))
    )
      return;
    try {
      await revokeToken(token.id);
      notify(words.revoked(token.name));
    } catch (error) {
      notifyFailure(words.revokeFailed, error);
    }
    await this.tokens.run();
  }

  private close(): void {
    this.isCreating = false;
    this.secret = "";
  }

  private expiry(token: ApiToken): string {
    if (token.expires_at === null) return words.expiresNever;
    return Date.parse(token.expires_at) < now() ? words.expired : formatDay(token.expires_at);
  }

  private row(token: ApiToken): TemplateResult {
    return html`<tr class="row">
      <td class="strong">${token.name}</td>
      <td class="right-narrow">
        ${words.scopeWords[token.scope]}${token.role !== null ? html` <span class="sub">${words.roles[token.role]}</span>` : null}
      </td>
      <td data-label=${words.hint}><code>…${token.hint}</code></td>
      <td data-label=${words.lastUsed}><andon-since mode="ago" .at=${token.last_used_at}></andon-since></td>
      <td data-label=${words.expires}>${this.expiry(token)}</td>
      <td class="right">
        ${
          can("editor")
            ? html`<button
                class="danger"
                aria-label=${words.revokeWhat(token.name)}
                @click=${() => void this.revoke(token)}
              >
                ${words.revoke}
              </button>`
            : null
        }
      </td>
    </tr>`;
  }

  private list(tokens: readonly ApiToken[]): TemplateResult {
    if (tokens.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.empty} detail=${words.emptyDetail}>
          ${can("editor") ? html`<button class="primary" @click=${this.open}>${words.add}</button>` : null}
        </andon-empty>
      </div>`;
    return html`<div class="card scroll">
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">${words.name}</th>
            <th scope="col">${words.scope}</th>
            <th scope="col">${words.hint}</th>
            <th scope="col">${words.lastUsed}</th>
            <th scope="col">${words.expires}</th>
            <th scope="col"><span class="unseen">${words.revoke}</span></th>
          </tr>
        </thead>
        <tbody>
          ${tokens.map((token) => this.row(token))}
        </tbody>
      </table>
    </div>`;
  }

  private open(): void {
    this.problem = "";
    this.secret = "";
    this.scope = "ingest";
    this.isCreating = true;
  }

  private createForm(): TemplateResult {
    return html`<form class="form" @submit=${this.create}>
      <div class="field">
        <label for="name">${words.name}</label>
        <input
          id="name"
          name="name"
          required
          maxlength="200"
          placeholder=${words.namePlaceholder}
          autofocus
        />
      </div>
      <fieldset>
        <legend>${words.scope}</legend>
        ${(["ingest", "full"] as const).map(
          (scope) =>
            html`<label class="check">
              <input
                type="radio"
                name="scope"
                value=${scope}
                .checked=${this.scope === scope}
                @change=${() => (this.scope = scope)}
              />
              <span>${words.scopes[scope]}</span>
            </label>`,
        )}
      </fieldset>
      <div class="pair">
        ${
          this.scope === "full"
            ? html`<div class="field">
                <label for="role">${words.role}</label>
                <select id="role" name="role">
                  ${ROLES.filter((role) => can(role)).map((role) => html`<option value=${role} ?selected=${role === "responder"}>${words.roles[role]}</option>`)}
                </select>
              </div>`
            : null
        }
        <div class="field">
          <label for="expires">${words.expires}</label>
          <select id="expires" name="expires">
            <option value="0">${words.expiresNever}</option>
            ${Object.entries(words.expiresIn).map(([days, label]) => html`<option value=${days}>${label}</option>`)}
          </select>
        </div>
      </div>
      ${this.problem === "" ? null : html`<p class="note-box critical" role="alert">${this.problem}</p>`}
      <div class="actions">
        <button type="submit" class="primary">${words.create}</button>
        <button type="button" @click=${this.close}>${text.common.cancel}</button>
      </div>
    </form>`;
  }

  override render(): TemplateResult {
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        ${
          can("editor")
            ? html`<button class="primary" @click=${this.open}>
                <andon-icon name="plus"></andon-icon>${words.add}
              </button>`
            : null
        }
      </div>
      <p class="intro">${words.intro}</p>
      ${staleNote(this.tokens)}
      ${stateOf(this.tokens, { failed: words.failed }) ?? this.list(this.tokens.data ?? [])}
      <andon-dialog
        heading=${this.secret === "" ? words.newTitle : words.shownTitle}
        .open=${this.isCreating}
        @dialog-close=${this.close}
      >
        ${
          !this.isCreating
            ? null
            : this.secret === ""
              ? this.createForm()
              : html`<div class="form">
                  <p>${words.shown}</p>
                  <andon-copy label=${words.token} .value=${this.secret}></andon-copy>
                  <div class="actions">
                    <button class="primary" @click=${this.close}>${words.done}</button>
                  </div>
                </div>`
        }
      </andon-dialog>
      <andon-confirm></andon-confirm>
    </div>`;
  }
}
