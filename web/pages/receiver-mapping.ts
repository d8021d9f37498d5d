// In: a receiver's words, and those that nobody knew. Out: what each means, to be changed in place; an unknown
// one takes one click, and what failed because of it another.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import {
  changeReceiver,
  listUnknownWords,
  mapWord,
  reprocessFailed,
  type Meaning,
  type Preset,
  type Receiver,
  type UnknownWord,
} from "../api/receivers";
import { notify, notifyFailure } from "../app/notices";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { receiverMappingStyles } from "./receiver-mapping-styles";
import { mappingRows, MEANINGS, meaningMark, meaningWord } from "./receiver-words";
import { usualWords } from "./usual-words";

const words = text.receivers.words;
const EVERY_MS = 10_000;

/** Fires `changed`. */
@customElement("receiver-mapping")
export class ReceiverMapping extends LitElement {
  @property({ attribute: false }) receiver!: Receiver;
  @property({ attribute: false }) preset: Preset | undefined;
  @state() private isBusy = false;
  @state() private newWord = "";
  @state() private newMeaning: Meaning = "down";
  private readonly unknown = new Load<UnknownWord[]>(
    this,
    async () => (await listUnknownWords(this.receiver.id)).data,
    { everyMs: EVERY_MS },
  );

  static override styles = [base, controls, surfaces, receiverMappingStyles];

  override willUpdate(changed: PropertyValues): void {
    const before = changed.get("receiver") as Receiver | undefined;
    if (before !== undefined && before.last_delivery?.id !== this.receiver.last_delivery?.id)
      void this.unknown.run();
  }

  private async save(word: string, meaning: Meaning): Promise<boolean> {
    this.isBusy = true;
    let isSaved = false;
    try {
      await mapWord(this.receiver.id, word, meaning);
      notify(words.mapped(word, meaningWord(meaning)), { tone: "good" });
      isSaved = true;
      await this.unknown.run();
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      notifyFailure(words.mapFailed, error);
    }
    this.isBusy = false;
    return isSaved;
  }

  private async add(event: Event): Promise<void> {
    event.preventDefault();
    const word = this.newWord.trim();
    if (word !== "" && (await this.save(word, this.newMeaning))) this.newWord = "";
  }

  private async removeWord(word: string): Promise<void> {
    const rest = mappingRows(this.receiver.status_mapping).filter(([one]) => one !== word);
    this.isBusy = true;
    try {
      const mapping = rest.length === 0 ? null : Object.fromEntries(rest);
      await changeReceiver(this.receiver.id, { status_mapping: mapping });
      notify(words.removed(word));
      await this.unknown.run();
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      notifyFailure(words.mapFailed, error);
    }
    this.isBusy = false;
  }

  private async again(): Promise<void> {
    this.isBusy = true;
    try {
      const { data } = await reprocessFailed(this.receiver.id);
      const good = data.filter(({ result }) => result !== "failed").length;
      notify(words.againDone(good, data.length), {
        tone: data.length === 0 ? "plain" : good === data.length ? "good" : "warning",
      });
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      notifyFailure(words.againFailed, error);
    }
    this.isBusy = false;
  }

  private unknownRow({ word, count, last_seen_at, suggestion }: UnknownWord): TemplateResult {
    return html`<li class="unknown">
      <span class="said"
        ><code>${word}</code>
        <span class="sub">${words.seen(count)}<andon-since mode="ago" .at=${last_seen_at}></andon-since></span
      ></span>
      ${
        can("editor")
          ? html`<span class="chips" role="group" aria-label=${words.means(word)}>
              ${MEANINGS.map(
                (meaning) =>
                  html`<button
                    class="chip ${meaning === suggestion ? "suggested" : ""}"
                    ?disabled=${this.isBusy}
                    @click=${() => void this.save(word, meaning)}
                  >
                    ${meaningWord(meaning)}${
                      meaning === suggestion ? html` <span class="tag">${words.suggested}</span>` : null
                    }
                  </button>`,
              )}
            </span>`
          : null
      }
    </li>`;
  }

  private unknownWords(list: readonly UnknownWord[]): TemplateResult | null {
    if (list.length === 0) return null;
    return html`<div class="open">
      <div class="note-box warning">
        <andon-mark kind="warning"></andon-mark>
        <div>
          <h3>${words.unknownTitle(list.length)}</h3>
          <p class="sub">${words.unknownDetail}</p>
        </div>
      </div>
      <ul>
        ${list.map((word) => this.unknownRow(word))}
      </ul>
    </div>`;
  }

  private ownRow([word, meaning]: [string, string]): TemplateResult {
    return html`<tr>
      <td><code>${word}</code></td>
      <td>
        ${
          can("editor")
            ? html`<select
                aria-label=${words.means(word)}
                ?disabled=${this.isBusy}
                @change=${(event: Event) =>
                  void this.save(word, (event.target as HTMLSelectElement).value as Meaning)}
              >
                ${MEANINGS.map(
                  (each) =>
                    html`<option value=${each} ?selected=${each === meaning}>${meaningWord(each)}</option>`,
                )}
              </select>`
            : html`<span class="means"
                ><andon-mark kind=${meaningMark(meaning)}></andon-mark>${meaningWord(meaning)}</span
              >`
        }
      </td>
      ${
        can("editor")
          ? html`<td class="right">
              <button
                class="quiet square"
                aria-label=${words.remove(word)}
                ?disabled=${this.isBusy}
                @click=${() => void this.removeWord(word)}
              >
                <andon-icon name="close"></andon-icon>
              </button>
            </td>`
          : null
      }
    </tr>`;
  }

  private adding(): TemplateResult | null {
    if (!can("editor")) return null;
    return html`<form class="adding" @submit=${this.add}>
      <input
        aria-label=${words.addWord}
        placeholder=${words.addWord}
        maxlength="200"
        autocomplete="off"
        spellcheck="false"
        .value=${this.newWord}
        @input=${(event: Event) => (this.newWord = (event.target as HTMLInputElement).value)}
      />
      <select
        aria-label=${words.meaning}
        @change=${(event: Event) => (this.newMeaning = (event.target as HTMLSelectElement).value as Meaning)}
      >
        ${MEANINGS.map(
          (each) =>
            html`<option value=${each} ?selected=${each === this.newMeaning}>${meaningWord(each)}</option>`,
        )}
      </select>
      <button type="submit" ?disabled=${this.isBusy || this.newWord.trim() === ""}>${words.add}</button>
    </form>`;
  }

  private own(): TemplateResult {
    const rows = mappingRows(this.receiver.status_mapping);
    return html`<div class="own">
      <h3>${words.own}</h3>
      ${
        rows.length === 0
          ? html`<p class="sub">${words.noneOwn}</p>`
          : html`<table>
              <thead class="unseen">
                <tr>
                  <th scope="col">${words.word}</th>
                  <th scope="col">${words.meaning}</th>
                  ${can("editor") ? html`<th scope="col">${text.common.delete}</th>` : null}
                </tr>
              </thead>
              <tbody>
                ${rows.map((row) => this.ownRow(row))}
              </tbody>
            </table>`
      }
      ${this.adding()}
    </div>`;
  }

  override render(): TemplateResult {
    const hasFailed = this.receiver.last_delivery !== null;
    return html`<section class="card" aria-labelledby="words">
      <div class="card-head">
        <h2 id="words" class="grow">${words.title}</h2>
        ${
          can("editor") && hasFailed
            ? html`<button class="quiet" ?disabled=${this.isBusy} @click=${() => void this.again()}>
                <andon-icon name="refresh"></andon-icon>${words.again}
              </button>`
            : null
        }
      </div>
      <div class="card-body">
        <p class="sub">${words.intro}</p>
        ${this.unknownWords(this.unknown.data ?? [])} ${this.own()}
        <details>
          <summary>${words.usual}</summary>
          <dl>
            ${usualWords(this.preset).map(
              ([meaning, known]) =>
                html`<dt><andon-mark kind=${meaningMark(meaning)}></andon-mark>${meaningWord(meaning)}</dt>
                  <dd>${known.join(", ")}</dd>`,
            )}
          </dl>
        </details>
      </div>
    </section>`;
  }
}
