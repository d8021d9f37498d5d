// In: e-mail and password. Out: a session; the shell then goes on to where the person wanted to be.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { readSetup, signIn } from "../api/session";
import { pageTitle } from "../app/presence";
import { enter } from "../app/session";
import { brandMark } from "../elements/brand";
import "../elements/mark";
import { passwordField } from "../elements/password";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import { entryStyles } from "./entry-styles";

const words = text.entry;

@customElement("page-login")
export class PageLogin extends LitElement {
  @state() private isBusy = false;
  @state() private problem = "";
  @state() private isPasswordShown = false;
  @state() private isSetupNeeded = false;
  @query("form") private readonly form!: HTMLFormElement;
  @query("#email") private readonly email!: HTMLInputElement;

  static override styles = [base, controls, entryStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    pageTitle.set(words.login);
    readSetup().then(
      ({ needed }) => (this.isSetupNeeded = needed),
      () => undefined,
    );
  }

  override firstUpdated(): void {
    this.email.focus();
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    const data = new FormData(this.form);
    this.isBusy = true;
    this.problem = "";
    try {
      enter(await signIn(String(data.get("email")).trim(), String(data.get("password"))));
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isBusy = false;
  }

  override render(): TemplateResult {
    return html`<div class="mark">
        ${brandMark()}<span
          ><strong>${text.shell.product}</strong><span class="sub">${words.tagline}</span></span
        >
      </div>
      <h1>${words.loginTo}</h1>
      ${
        this.isSetupNeeded
          ? html`<p><strong class="strong">${words.setupNeeded}</strong> ${words.setupNeededDetail}</p>`
          : null
      }
      <form class="form" @submit=${this.submit}>
        <div class="field">
          <label for="email">${words.email}</label>
          <input
            id="email"
            name="email"
            type="email"
            autocomplete="username"
            autocapitalize="none"
            spellcheck="false"
            required
          />
        </div>
        ${passwordField({
          id: "password",
          label: words.password,
          isShown: this.isPasswordShown,
          isNew: false,
          toggle: () => (this.isPasswordShown = !this.isPasswordShown),
        })}
        ${
          this.problem === ""
            ? null
            : html`<p class="problem" role="alert">
                <andon-mark kind="critical"></andon-mark>${this.problem}
              </p>`
        }
        <button type="submit" class="primary" ?disabled=${this.isBusy}>
          ${this.isBusy ? words.signingIn : words.signIn}
        </button>
      </form>
      <p class="after">${words.noAccount}</p>`;
  }
}
