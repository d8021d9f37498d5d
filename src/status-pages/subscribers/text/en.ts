// In: nothing. Out: what subscribers read, in English.
import type { SubscriberWords } from "./words";

export const EN: SubscriberWords = {
  mail: {
    events: {
      "incident.opened": "Incident",
      "incident.updated": "Update",
      "incident.resolved": "Resolved",
      "maintenance.scheduled": "Maintenance planned",
      "maintenance.started": "Maintenance has begun",
      "maintenance.ended": "Maintenance is over",
      "maintenance.cancelled": "Maintenance cancelled",
    },
    moved: "Maintenance moved",
    labels: {
      status: "Status",
      severity: "Severity",
      affected: "Affected",
      opened: "Began",
      resolved: "Resolved",
      begins: "Begins",
      ends: "Ends",
    },
    statuses: {
      investigating: "Investigating",
      identified: "Identified",
      monitoring: "Monitoring",
      resolved: "Resolved",
    },
    severities: { minor: "Minor", major: "Major", critical: "Critical" },
    openPage: "Open the status page",
    why: (title) => `You get this message because this address is subscribed to ${title}.`,
    manage: "Choose services",
    unsubscribe: "Unsubscribe",
    confirm: {
      subject: (title) => `Confirm your subscription to ${title}`,
      body: (title) =>
        `Somebody, probably you, asked for messages of ${title} to this address. Open this link and confirm it there:`,
      button: "Confirm the subscription",
      ignore: (hours) =>
        `If it was not you, do nothing: without a confirmation nothing more is sent, and after ${hours} hours the address is deleted.`,
    },
    known: {
      subject: (title) => `You are subscribed to ${title}`,
      body: (title) =>
        `Somebody, probably you, asked for messages of ${title} to this address. It gets them already. Here you choose services or unsubscribe:`,
      ignore: "If it was not you, do nothing: nothing was changed.",
    },
  },
  page: {
    back: "Back to the status page",
    subscribe: {
      heading: "Subscribe",
      lead: (title) => `Get a message when ${title} reports an incident or maintenance.`,
      byEmail: "By e-mail",
      address: "E-mail address",
      byWebhook: "By webhook",
      webhookHint:
        "Each message is a POST of JSON, signed as the Standard Webhooks specification has it. The secret is shown once, after this form.",
      url: "Address (https)",
      what: "About",
      everything: "Everything on this page",
      some: "Only these services:",
      submit: "Subscribe",
      privacy: "The address is used for nothing else. Each message has a link that ends it.",
      feeds: "Or read the news with a feed reader:",
      none: "This page sends no messages.",
    },
    asked: {
      heading: "One more step",
      body: "If this address can get messages of this page, one with a link is on its way to it. Open the link and confirm: only then do messages come.",
      note: (hours) => `Nothing has come? Look among unwanted mails. The link is valid for ${hours} hours.`,
    },
    secret: {
      heading: "One more step",
      body: "Keep this secret: it is shown only now, and verifies the signature of each message.",
      label: "Signing secret",
      note: (hours) =>
        `A message of type subscription.confirm is on its way to the address. Open its confirm_url, or send a POST to it, within ${hours} hours: only then do messages come.`,
    },
    confirm: {
      heading: "Confirm the subscription",
      body: (title) => `Messages of ${title} come to you once you have confirmed it.`,
      submit: "Confirm",
    },
    confirmed: {
      heading: "Subscribed",
      body: "From now on messages come to you. Here you can choose what about, or end it:",
    },
    manage: {
      heading: "Your subscription",
      save: "Save",
      saved: "Saved.",
      stop: "Unsubscribe",
      stopHint: "Ends the subscription at once and deletes your address.",
    },
    unsubscribe: {
      heading: "Unsubscribe",
      body: (title) => `No more messages of ${title}? Your address is deleted at once.`,
      submit: "Unsubscribe",
    },
    gone: { heading: "Unsubscribed", body: "No more messages come to you, and your address was deleted." },
    unknown: {
      heading: "Nothing to do",
      body: "This link belongs to no subscription: it has ended, or was not confirmed in time.",
    },
    full: { heading: "Not possible", body: "This page takes no more subscriptions of this kind." },
    tooMany: {
      heading: "Too many at once",
      body: (seconds) => `Wait ${seconds} seconds, then try again.`,
    },
    faults: {
      address: "This is not an e-mail address: write name@host.",
      url: "Messages can't be sent there: give a complete public address that begins with https://.",
      services: "Choose at least one service, or everything.",
      form: "The form did not arrive whole. Fill it in again.",
    },
  },
};
