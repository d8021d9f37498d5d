// In: the one-time token of the link. Out: the first account, signed in.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { completeSetup, readSetup } from "../api/session";
import { pageTitle } from "../app/presence";
import { navigate, place } from "../app/router";
import { resumeSession } from "../app/session";
import { brandMark } from "../elements/brand";
import "../elements/mark";
import { passwordField } from "../elements/password";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import { entryStyles } from "./entry-styles";

const words = text.entry;

@customElement("page-setup")
export class PageSetup extends LitElement {
  @state() private isNeeded = true;
  @state() private isBusy = false;
  @state() private problem = "";
  @state() private faultyField = "";
  @state() private isPasswordShown = false;
  @query("form") private readonly form!: HTMLFormElement;

  static override styles = [base, controls, entryStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    pageTitle.set(words.setup);
    readSetup().then(
      ({ needed }) => (this.isNeeded = needed),
      () => undefined,
    );
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    const data = new FormData(this.form);
    const read = (name: string): string => String(data.get(name) ?? "").trim();
    this.isBusy = true;
    this.problem = "";
    this.faultyField = "";
    try {
      await completeSetup({
        token: place.value.query.get("token") ?? read("token"),
        email: read("email"),
        password: String(data.get("password")),
        ...(read("name") === "" ? {} : { name: read("name") }),
        ...(read("organization") === "" ? {} : { organization: read("organization") }),
      });
      await resumeSession();
      navigate("/", { replace: true });
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
      this.faultyField = error instanceof ApiError ? (error.field ?? "") : "";
    }
    this.isBusy = false;
  }

  private input(
    name: string,
    label: string,
    options: { type?: string; autocomplete: string; hint?: string; required?: boolean },
  ): TemplateResult {
    return html`<div class="field">
      <label for=${name}
        >${label}${options.required === true ? null : html` <span class="hint">(${text.common.optional})</span>`}</label
      >
      <input
        id=${name}
        name=${name}
        type=${options.type ?? "text"}
        autocomplete=${options.autocomplete}
        ?required=${options.required === true}
        aria-invalid=${this.faultyField === name}
        aria-describedby="${name}-hint"
      />
      <span id="${name}-hint" class="hint">${options.hint ?? ""}</span>
    </div>`;
  }

  override render(): TemplateResult {
    const brand = html`<div class="mark">
      ${brandMark()}<span
        ><strong>${text.shell.product}</strong><span class="sub">${words.tagline}</span></span
      >
    </div>`;
    if (!this.isNeeded)
      return html`${brand}
        <h1>${words.done}</h1>
        <p class="sub">${words.doneDetail}</p>
        <p class="after"><a class="button primary" href="/">${words.signIn}</a></p>`;
    return html`${brand}
      <h1>${words.setup}</h1>
      <p class="sub">${words.setupIntro}</p>
      <form class="form" @submit=${this.submit}>
        ${
          place.value.query.has("token")
            ? null
            : this.input("token", words.token, { autocomplete: "off", hint: words.tokenHint, required: true })
        }
        ${this.input("name", words.name, { autocomplete: "name" })}
        ${this.input("organization", words.organization, { autocomplete: "organization", hint: words.organizationHint })}
        ${this.input("email", words.email, { type: "email", autocomplete: "username", required: true })}
        ${passwordField({
          id: "password",
          label: words.password,
          isShown: this.isPasswordShown,
          isNew: true,
          hint: words.passwordHint,
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
          ${this.isBusy ? words.finishing : words.finish}
        </button>
      </form>`;
  }
}
