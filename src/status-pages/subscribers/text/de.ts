// In: nothing. Out: what subscribers read, in German.
import type { SubscriberWords } from "./words";

export const DE: SubscriberWords = {
  mail: {
    events: {
      "incident.opened": "Störung",
      "incident.updated": "Neues",
      "incident.resolved": "Behoben",
      "maintenance.scheduled": "Wartung geplant",
      "maintenance.started": "Wartung hat begonnen",
      "maintenance.ended": "Wartung ist beendet",
      "maintenance.cancelled": "Wartung entfällt",
    },
    moved: "Wartung verschoben",
    labels: {
      status: "Stand",
      severity: "Schwere",
      affected: "Betroffen",
      opened: "Beginn",
      resolved: "Behoben",
      begins: "Beginn",
      ends: "Ende",
    },
    statuses: {
      investigating: "Wird untersucht",
      identified: "Ursache gefunden",
      monitoring: "Wird beobachtet",
      resolved: "Behoben",
    },
    severities: { minor: "Gering", major: "Erheblich", critical: "Kritisch" },
    openPage: "Statusseite öffnen",
    why: (title) => `Sie erhalten diese Nachricht, weil diese Adresse bei ${title} angemeldet ist.`,
    manage: "Dienste auswählen",
    unsubscribe: "Abmelden",
    confirm: {
      subject: (title) => `Anmeldung bei ${title} bestätigen`,
      body: (title) =>
        `Jemand, vermutlich Sie, möchte Nachrichten von ${title} an diese Adresse erhalten. Öffnen Sie diesen Link und bestätigen Sie es dort:`,
      button: "Anmeldung bestätigen",
      ignore: (hours) =>
        `Waren Sie es nicht, tun Sie nichts: Ohne Bestätigung wird nichts weiter gesendet, und nach ${hours} Stunden wird die Adresse gelöscht.`,
    },
    known: {
      subject: (title) => `Sie sind bei ${title} angemeldet`,
      body: (title) =>
        `Jemand, vermutlich Sie, möchte Nachrichten von ${title} an diese Adresse erhalten. Sie erhält sie bereits. Hier wählen Sie Dienste aus oder melden sich ab:`,
      ignore: "Waren Sie es nicht, tun Sie nichts: Es wurde nichts geändert.",
    },
  },
  page: {
    back: "Zurück zur Statusseite",
    subscribe: {
      heading: "Nachrichten erhalten",
      lead: (title) => `Sie erhalten eine Nachricht, wenn ${title} eine Störung oder Wartung meldet.`,
      byEmail: "Per E-Mail",
      address: "E-Mail-Adresse",
      byWebhook: "Per Webhook",
      webhookHint:
        "Jede Nachricht ist ein POST mit JSON, signiert nach der Spezifikation Standard Webhooks. Das Geheimnis wird einmal gezeigt, nach diesem Formular.",
      url: "Adresse (https)",
      what: "Worüber",
      everything: "Alles auf dieser Seite",
      some: "Nur diese Dienste:",
      submit: "Anmelden",
      privacy: "Die Adresse dient keinem anderen Zweck. Jede Nachricht enthält einen Link zum Abmelden.",
      feeds: "Oder lesen Sie die Neuigkeiten mit einem Feedreader:",
      none: "Diese Seite versendet keine Nachrichten.",
    },
    asked: {
      heading: "Noch ein Schritt",
      body: "Wenn diese Adresse Nachrichten dieser Seite erhalten kann, ist eine mit einem Link an sie unterwegs. Öffnen Sie den Link und bestätigen Sie: Erst dann kommen Nachrichten.",
      note: (hours) =>
        `Nichts angekommen? Sehen Sie bei den unerwünschten Mails nach. Der Link gilt ${hours} Stunden.`,
    },
    secret: {
      heading: "Noch ein Schritt",
      body: "Bewahren Sie dieses Geheimnis auf: Es wird nur jetzt gezeigt und prüft die Signatur jeder Nachricht.",
      label: "Geheimnis für die Signatur",
      note: (hours) =>
        `Eine Nachricht vom Typ subscription.confirm ist an die Adresse unterwegs. Öffnen Sie deren confirm_url, oder senden Sie einen POST dorthin, innerhalb von ${hours} Stunden: Erst dann kommen Nachrichten.`,
    },
    confirm: {
      heading: "Anmeldung bestätigen",
      body: (title) => `Sobald Sie bestätigt haben, kommen Nachrichten von ${title} zu Ihnen.`,
      submit: "Bestätigen",
    },
    confirmed: {
      heading: "Angemeldet",
      body: "Von jetzt an kommen Nachrichten zu Ihnen. Hier wählen Sie aus, worüber, oder melden sich ab:",
    },
    manage: {
      heading: "Ihre Anmeldung",
      save: "Speichern",
      saved: "Gespeichert.",
      stop: "Abmelden",
      stopHint: "Beendet die Anmeldung sofort und löscht Ihre Adresse.",
    },
    unsubscribe: {
      heading: "Abmelden",
      body: (title) => `Keine Nachrichten von ${title} mehr? Ihre Adresse wird sofort gelöscht.`,
      submit: "Abmelden",
    },
    gone: {
      heading: "Abgemeldet",
      body: "Es kommen keine Nachrichten mehr zu Ihnen, und Ihre Adresse wurde gelöscht.",
    },
    unknown: {
      heading: "Nichts zu tun",
      body: "Dieser Link gehört zu keiner Anmeldung: Sie ist beendet oder wurde nicht rechtzeitig bestätigt.",
    },
    full: { heading: "Nicht möglich", body: "Diese Seite nimmt keine weiteren Anmeldungen dieser Art an." },
    tooMany: {
      heading: "Zu viele auf einmal",
      body: (seconds) => `Warten Sie ${seconds} Sekunden und versuchen Sie es dann noch einmal.`,
    },
    faults: {
      address: "Das ist keine E-Mail-Adresse: Schreiben Sie name@host.",
      url: "Dorthin kann nichts gesendet werden: Geben Sie eine vollständige öffentliche Adresse an, die mit https:// beginnt.",
      services: "Wählen Sie mindestens einen Dienst aus, oder alles.",
      form: "Das Formular kam nicht vollständig an. Füllen Sie es noch einmal aus.",
    },
  },
};
