// In: an id and a label. Out: a password field whose content can be shown; pasting and password
// managers work as they should.
import { html, type TemplateResult } from "lit";
import { text } from "../text/en";

export interface PasswordField {
  id: string;
  label: string;
  isShown: boolean;
  isNew: boolean;
  hint?: string;
  error?: string;
  toggle: () => void;
}

export const passwordField = (field: PasswordField): TemplateResult =>
  html`<div class="field">
    <label for=${field.id}>${field.label}</label>
    <div class="password">
      <input
        id=${field.id}
        name=${field.id}
        type=${field.isShown ? "text" : "password"}
        autocomplete=${field.isNew ? "new-password" : "current-password"}
        autocapitalize="none"
        spellcheck="false"
        required
        minlength=${field.isNew ? 10 : 1}
        aria-invalid=${field.error ? "true" : "false"}
        aria-describedby="${field.id}-hint"
      />
      <button type="button" class="quiet" aria-pressed=${field.isShown} @click=${field.toggle}>
        ${field.isShown ? text.entry.hidePassword : text.entry.showPassword}
      </button>
    </div>
    <span id="${field.id}-hint" class=${field.error ? "error" : "hint"}
      >${field.error || field.hint || ""}</span
    >
  </div>`;
