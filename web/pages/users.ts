// In: the people of the organization. Out: their list with roles, adding and blocking; for administrators.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import type { Role } from "../api/session";
import { changeUser, createUser, deleteUser, listUsers, type User } from "../api/users";
import { notify, notifyFailure } from "../app/notices";
import { session } from "../app/session";
import { Load } from "../controllers/load";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/dialog";
import "../elements/icon";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatDay } from "../text/format";
import { listStyles } from "./list-styles";
import { staleNote, stateOf } from "./page-parts";

const words = text.users;
const ROLES: readonly Role[] = ["viewer", "responder", "editor", "admin"];

@customElement("page-users")
export class PageUsers extends LitElement {
  @state() private isAdding = false;
  @state() private chosenRole: Role = "responder";
  @state() private problem = "";
  @query("form") private readonly form!: HTMLFormElement;
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  private readonly users = new Load(this, listUsers);

  static override styles = [base, controls, surfaces, listStyles];

  private async add(event: Event): Promise<void> {
    event.preventDefault();
    const data = new FormData(this.form);
    try {
      const user = await createUser({
        name: String(data.get("name")).trim(),
        email: String(data.get("email")).trim(),
        password: String(data.get("password")),
        role: this.chosenRole,
      });
      this.isAdding = false;
      notify(words.created(user.name || user.email), { tone: "good" });
      await this.users.run();
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
  }

  private async change(user: User, changes: { role?: Role; is_active?: boolean }): Promise<void> {
    try {
      await changeUser(user.id, changes);
      notify(words.changed, { tone: "good" });
    } catch (error) {
      notifyFailure(words.changeFailed, error);
    }
    await this.users.run();
  }

  private async deleteUser(user: User): Promise<void> {
    const name = user.name || user.email;
    if (
      !(await this.confirm.ask({
        heading: words.deleteTitle(name),
        detail: words.deleteDetail,
        confirm: words.deleteConfirm,
      }))
    )
      return;
    try {
      await deleteUser(user.id);
      notify(words.deleted(name));
    } catch (error) {
      notifyFailure(words.deleteFailed, error);
    }
    await this.users.run();
  }

  private row(user: User): TemplateResult {
    const isOwn = user.email === session.value.info?.user.email;
    const name = user.name || user.email;
    return html`<tr class="row ${user.is_active ? "" : "off"}">
      <td class="whole">
        <span class="strong">${name}</span>
        ${isOwn ? html`<span class="tag">${words.you}</span>` : null}
        ${user.is_active ? null : html`<span class="tag">${words.inactive}</span>`}
        <p class="sub">${user.email}</p>
      </td>
      <td>
        <select
          aria-label=${words.roleOf(name)}
          ?disabled=${isOwn}
          @change=${(event: Event) => void this.change(user, { role: (event.target as HTMLSelectElement).value as Role })}
        >
          ${ROLES.map((role) => html`<option value=${role} ?selected=${role === user.role}>${text.tokens.roles[role]}</option>`)}
        </select>
      </td>
      <td data-label=${words.since}>${formatDay(user.created_at)}</td>
      <td class="right whole">
        ${
          isOwn
            ? null
            : html`<button @click=${() => void this.change(user, { is_active: !user.is_active })}>
                  ${user.is_active ? words.block : words.unblock}<span class="unseen"> ${name}</span>
                </button>
                <button
                  class="quiet square"
                  aria-label=${words.delete(name)}
                  @click=${() => void this.deleteUser(user)}
                >
                  <andon-icon name="trash"></andon-icon>
                </button>`
        }
      </td>
    </tr>`;
  }

  private addForm(): TemplateResult {
    return html`<form class="form" @submit=${this.add}>
      <div class="field">
        <label for="name">${words.name}</label>
        <input id="name" name="name" required maxlength="200" autocomplete="off" autofocus />
      </div>
      <div class="field">
        <label for="email">${words.email}</label>
        <input id="email" name="email" type="email" required autocomplete="off" />
      </div>
      <div class="field">
        <label for="password">${words.password}</label>
        <input
          id="password"
          name="password"
          type="text"
          required
          minlength="10"
          autocomplete="new-password"
          spellcheck="false"
          aria-describedby="password-hint"
        />
        <span class="hint" id="password-hint">${words.passwordHint}</span>
      </div>
      <fieldset>
        <legend>${words.role}</legend>
        ${ROLES.map(
          (role) =>
            html`<label class="check">
              <input
                type="radio"
                name="role"
                .checked=${this.chosenRole === role}
                @change=${() => (this.chosenRole = role)}
              />
              <span>${text.tokens.roles[role]} <span class="sub">${words.roleHints[role]}</span></span>
            </label>`,
        )}
      </fieldset>
      ${this.problem === "" ? null : html`<p class="note-box critical" role="alert">${this.problem}</p>`}
      <div class="actions">
        <button type="submit" class="primary">${words.create}</button>
        <button type="button" @click=${() => (this.isAdding = false)}>${text.common.cancel}</button>
      </div>
    </form>`;
  }

  override render(): TemplateResult {
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        <button
          class="primary"
          @click=${() => {
            this.problem = "";
            this.chosenRole = "responder";
            this.isAdding = true;
          }}
        >
          <andon-icon name="plus"></andon-icon>${words.add}
        </button>
      </div>
      <p class="intro">${words.intro}</p>
      ${staleNote(this.users)}
      ${
        stateOf(this.users, { failed: words.failed }) ??
        html`<div class="card scroll">
          <table class="cards">
            <thead>
              <tr>
                <th scope="col">${words.name}</th>
                <th scope="col">${words.role}</th>
                <th scope="col">${words.since}</th>
                <th scope="col"><span class="unseen">${words.block}</span></th>
              </tr>
            </thead>
            <tbody>
              ${(this.users.data ?? []).map((user) => this.row(user))}
            </tbody>
          </table>
        </div>`
      }
      <andon-dialog
        heading=${words.newTitle}
        .open=${this.isAdding}
        @dialog-close=${() => (this.isAdding = false)}
      >
        ${this.isAdding ? this.addForm() : null}
      </andon-dialog>
      <andon-confirm></andon-confirm>
    </div>`;
  }
}
