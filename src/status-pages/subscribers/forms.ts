// In: a page's services, what somebody entered, and their language. Out: the forms and answers that the public
// sees about subscriptions, as HTML that needs no script. Paths are relative to the page.
import { html, type Html } from "../html";
import type { StatusPage } from "../repository";
import type { Language } from "../schema";
import { PATHS } from "./links";
import type { PageService } from "./news";
import { CONFIRM_WITHIN_HOURS } from "./rules";
import { SUBSCRIBER_WORDS } from "./text";

/** What stands in the middle of a page: its frame is that of all public pages. */
export interface Sheet {
  title: string;
  main: Html;
}

export interface FormFacts {
  page: StatusPage;
  services: readonly PageService[];
  language: Language;
}

/** What was entered, to be shown again. */
export interface Entered {
  email: string;
  url: string;
  /** Null: everything. */
  serviceIds: readonly string[] | null;
}

export type Fault = "address" | "url" | "services" | "form";

const NOTHING_ENTERED: Entered = { email: "", url: "", serviceIds: null };

/** In the order of the page, each group under its name. */
const groupsOf = (services: readonly PageService[]): [string | null, PageService[]][] => [
  ...Map.groupBy(services, ({ group }) => group),
];

const choice = (
  { services, language }: FormFacts,
  chosen: readonly string[] | null,
  isWrong: boolean,
): Html => {
  const { what, everything, some } = SUBSCRIBER_WORDS[language].page.subscribe;
  const box = ({ id, name }: PageService): Html =>
    html`<li>
      <label
        ><input
          type="checkbox"
          name="service"
          value="${id}"
          ${chosen?.includes(id) === true && html` checked`}
        />
        ${name}</label
      >
    </li>`;
  const list = ([group, members]: [string | null, PageService[]]): Html =>
    html`${group !== null && html`<p class="group-name">${group}</p>`}
      <ul>
        ${members.map(box)}
      </ul>`;
  return html`<fieldset${isWrong && html` aria-describedby="fault"`}><legend>${what}</legend>
<label><input type="radio" name="scope" value="all"${chosen === null && html` checked`}> ${everything}</label>
<label><input type="radio" name="scope" value="some"${chosen !== null && html` checked`}> ${some}</label>
${groupsOf(services).map(list)}</fieldset>`;
};

const faultLine = (language: Language, fault: Fault | null): Html | null =>
  fault === null
    ? null
    : html`<p class="fault" id="fault" role="alert">${SUBSCRIBER_WORDS[language].page.faults[fault]}</p>`;

const back = (language: Language): Html =>
  html`<p class="back"><a href="./?lang=${language}">${SUBSCRIBER_WORDS[language].page.back}</a></p>`;

const note = (language: Language, heading: string, ...lines: readonly (Html | string)[]): Sheet => ({
  title: heading,
  main: html`<h1>${heading}</h1>
    ${lines.map((line) => (typeof line === "string" ? html`<p>${line}</p>` : line))}${back(language)}`,
});

const FEEDS = [
  ["feed.atom", "Atom"],
  ["feed.rss", "RSS"],
  ["feed.json", "JSON Feed"],
  ["maintenance.ics", "iCal"],
] as const;

const feeds = (language: Language): Html =>
  html`<hr />
    <p>${SUBSCRIBER_WORDS[language].page.subscribe.feeds}</p>
    <ul class="feeds">
      ${FEEDS.map(([path, name]) => html`<li><a href="${path}">${name}</a></li>`)}
    </ul>`;

/** Both ways, as far as the page has them. */
export const subscribeSheet = (
  facts: FormFacts & { hasEmail: boolean; hasWebhook: boolean },
  { fault, entered = NOTHING_ENTERED }: { fault: Fault | null; entered?: Entered },
): Sheet => {
  const { page, language, hasEmail, hasWebhook } = facts;
  const words = SUBSCRIBER_WORDS[language].page.subscribe;
  const isWrong = (one: Fault): Html | false =>
    fault === one && html` aria-invalid="true" aria-describedby="fault"`;
  const form = (kind: "email" | "webhook", fields: Html): Html =>
    html`<form method="post" action="${PATHS.subscribe}" accept-charset="utf-8">
      <input type="hidden" name="kind" value="${kind}" /><input
        type="hidden"
        name="lang"
        value="${language}"
      />${fields}${choice(facts, entered.serviceIds, fault === "services")}
      <p><button type="submit">${words.submit}</button></p>
    </form>`;
  const byEmail = html`<section>
    <h2>${words.byEmail}</h2>
    ${form(
      "email",
      html`<div class="field">
        <label for="email">${words.address}</label
        ><input
          id="email"
          type="email"
          name="email"
          required
          maxlength="320"
          autocomplete="email"
          value="${entered.email}"
          ${isWrong("address")}
        />
      </div>`,
    )}
  </section>`;
  // For programs, which are few: folded away behind the form for people.
  const isOpen = !hasEmail || entered.url !== "";
  const byWebhook = html`<details${isOpen && html` open`}>
    <summary><h2>${words.byWebhook}</h2></summary>
    <p>${words.webhookHint}</p>
    ${form(
      "webhook",
      html`<div class="field">
        <label for="url">${words.url}</label
        ><input
          id="url"
          type="url"
          name="url"
          required
          maxlength="2000"
          autocomplete="off"
          value="${entered.url}"
          ${isWrong("url")}
        />
      </div>`,
    )}
  </details>`;
  return {
    title: words.heading,
    main: html`<h1>${words.heading}</h1>
      ${
        hasEmail || hasWebhook
          ? html`<p>${words.lead(page.title)}</p>
              ${faultLine(language, fault)}${hasEmail && byEmail}${hasWebhook && byWebhook}
              <p class="small">${words.privacy}</p>`
          : html`<p>${words.none}</p>`
      }${feeds(language)}${back(language)}`,
  };
};

/** The same whatever is known of the address. */
export const askedSheet = ({ language }: FormFacts): Sheet => {
  const { asked } = SUBSCRIBER_WORDS[language].page;
  return note(language, asked.heading, asked.body, asked.note(CONFIRM_WITHIN_HOURS));
};

export const secretSheet = ({ language }: FormFacts, secret: string): Sheet => {
  const words = SUBSCRIBER_WORDS[language].page.secret;
  const shown = html`<div class="field">
    <label for="secret">${words.label}</label><input id="secret" class="secret" readonly value="${secret}" />
  </div>`;
  return note(language, words.heading, words.body, shown, words.note(CONFIRM_WITHIN_HOURS));
};

const tokenForm = (
  { language }: FormFacts,
  {
    path,
    token,
    submit,
    isQuiet = false,
  }: { path: string; token: string; submit: string; isQuiet?: boolean },
  fields: Html | null = null,
): Html =>
  html`<form
    method="post"
    action="${path}?token=${encodeURIComponent(token)}&amp;lang=${language}"
    accept-charset="utf-8"
  >
    ${fields}
    <p><button type="submit" ${isQuiet && html` class="quiet"`}>${submit}</button></p>
  </form>`;

/** Mail scanners open links: only the button confirms. */
export const confirmSheet = (facts: FormFacts, token: string): Sheet => {
  const { confirm } = SUBSCRIBER_WORDS[facts.language].page;
  return note(
    facts.language,
    confirm.heading,
    confirm.body(facts.page.title),
    tokenForm(facts, { path: PATHS.confirm, token, submit: confirm.submit }),
  );
};

export const unsubscribeSheet = (facts: FormFacts, token: string): Sheet => {
  const { unsubscribe } = SUBSCRIBER_WORDS[facts.language].page;
  return note(
    facts.language,
    unsubscribe.heading,
    unsubscribe.body(facts.page.title),
    tokenForm(facts, { path: PATHS.unsubscribe, token, submit: unsubscribe.submit }),
  );
};

/** What they are told of, and the end of it. `news`: what has just been done. */
export const manageSheet = (
  facts: FormFacts,
  {
    token,
    serviceIds,
    news,
  }: {
    token: string;
    serviceIds: readonly string[] | null;
    news: "confirmed" | "saved" | "services" | null;
  },
): Sheet => {
  const { language } = facts;
  const { manage, confirmed } = SUBSCRIBER_WORDS[language].page;
  const heading = news === "confirmed" ? confirmed.heading : manage.heading;
  const save = tokenForm(
    facts,
    { path: PATHS.manage, token, submit: manage.save },
    choice(facts, serviceIds, news === "services"),
  );
  const stop = tokenForm(facts, { path: PATHS.unsubscribe, token, submit: manage.stop, isQuiet: true });
  const said =
    news === "saved"
      ? html`<p class="done" role="status">${manage.saved}</p>`
      : news === "services"
        ? faultLine(language, "services")
        : news === "confirmed"
          ? html`<p role="status">${confirmed.body}</p>`
          : null;
  return note(
    language,
    heading,
    html`${said}${save}
      <hr />
      <p>${manage.stopHint}</p>
      ${stop}`,
  );
};

export const goneSheet = ({ language }: FormFacts): Sheet => {
  const { gone } = SUBSCRIBER_WORDS[language].page;
  return note(language, gone.heading, gone.body);
};

export const unknownSheet = ({ language }: FormFacts): Sheet => {
  const { unknown } = SUBSCRIBER_WORDS[language].page;
  return note(language, unknown.heading, unknown.body);
};

export const fullSheet = ({ language }: FormFacts): Sheet => {
  const { full } = SUBSCRIBER_WORDS[language].page;
  return note(language, full.heading, full.body);
};

export const tooManySheet = ({ language }: FormFacts, seconds: number): Sheet => {
  const { tooMany } = SUBSCRIBER_WORDS[language].page;
  return note(language, tooMany.heading, tooMany.body(seconds));
};
