// In: nothing. Out: the words of a channel's own page: what its state means and what to do about it, the
// test, and the replacing of its secret.

const messages = (count: number): string => (count === 1 ? "1 message" : `${count} messages`);
const waits = (count: number): string =>
  count === 0 ? "" : ` ${messages(count)} ${count === 1 ? "waits" : "wait"}.`;

export const channelPageText = {
  advice: {
    unverified: {
      heading: "Not verified: the channel is off",
      next: "It goes on when its endpoint answers a test with exactly 200. Send one when the endpoint is ready; what happens until then is not queued for it.",
    },
    paused: {
      heading: (waiting: number): string => `Paused: nothing is sent.${waits(waiting)}`,
      next: "Put right what the endpoint complains about, send a test, then resume: what waits goes out at once.",
    },
    failed: {
      heading: (waiting: number): string => `Failed: nothing is sent.${waits(waiting)}`,
      next: "Put right what the endpoint complains about, send a test, then resume: what waits goes out at once.",
    },
    disabled: {
      heading: (waiting: number): string => `Disabled: nothing is sent.${waits(waiting)}`,
      next: "The endpoint says that it is gone for good. Correct the address under Edit, send a test, then resume.",
    },
    failing: {
      heading: (failures: number): string =>
        failures === 1 ? "Failing: the last attempt failed" : `Failing: the last ${failures} attempts failed`,
      next: (waiting: number): string =>
        `Andon tries again by itself.${waits(waiting)} A test shows what the endpoint answers now.`,
    },
    off: {
      heading: (waiting: number): string => `Switched off: nothing new is queued.${waits(waiting)}`,
      next: "Nobody is told through this channel until it is switched on.",
    },
    quiet: {
      heading: "The endpoint asked for silence",
      until: "Nothing is sent for another",
      next: "What happens meanwhile is sent then, the most urgent first.",
    },
    test: {
      heading: "The last test failed",
      next: "Nothing has arrived since. Another test shows what the endpoint answers now.",
    },
  },
  switchOn: "Switch on",
  switchedOn: (name: string): string => `“${name}” is on.`,
  switchFailed: "Not switched on.",
  verified: (name: string): string => `“${name}” is verified and on.`,
  handshake: "What the endpoint answered",
  handshakeDetail: "When the channel was saved, one test message was sent:",
  handshakeNot200: (status: number): string =>
    `The endpoint took the message and answered ${status}; this channel waits for exactly 200.`,
  handshakeHide: "Hide",
  test: {
    verdictGood: (count: number): string =>
      count === 1 ? "Delivered." : `All ${count} messages were delivered.`,
    verdictBad: "Not delivered.",
    proof: "The endpoint knows the new secret.",
    again: "Send it again",
    copy: "Copy what went over the wire",
  },
  exchange: {
    tookCurrent: "The endpoint took the new secret.",
    tookPrevious: (status: number | null): string =>
      `The endpoint refused the new secret${status === null ? "" : ` (${status})`} and took the old one in a second call, shown below.`,
    refusedCall: "The call with the new secret",
  },
  settings: {
    told: "Who is told of what",
    events: "Told about",
    severities: "Only severities",
    groups: "Only groups",
    projects: "Only projects",
    machines: "Only machines",
    labels: "Only with labels",
    conduct: "How it behaves",
    rate: "Limit",
    noLimit: "None",
    perMinute: (count: number): string => `${count} a minute`,
    staleAfter: "Summary after",
    weeklyTest: "Weekly test",
    lastTest: "Last test",
    testDelivered: "delivered",
    testFailed: "failed",
  },
  /** What a person may do about an attempt that ended like this. */
  outcomeAdvice: {
    timeout:
      "Nothing answered in time. Is the address right, and does a firewall between Andon and it let the call through?",
    dns: "The name is not known here. Check how it is written, or use the IP address.",
    refused: "The machine is there, but nothing listens on that port. Is the program running?",
    reset: "The connection was cut. Does the port speak HTTP, or HTTPS?",
    tls: "The certificate is not trusted. For a private one, put its CA under TLS.",
    redirect:
      "The address points elsewhere. Enter the address that it points to: redirects are not followed.",
    client_error: "The endpoint does not want this message. Its answer below often says why.",
    auth_error: "The endpoint knows this caller not. Check the secret, token or header.",
    rate_limited: "The endpoint gets too much at once. A limit per minute can be set under Edit.",
    server_error: "The endpoint has a fault of its own. Its log says more.",
    blocked:
      "Andon’s own policy forbids this address. Whoever runs Andon can allow it: ANDON_OUTBOUND_ALLOW.",
    invalid_config: "The settings don’t fit. Correct them under Edit.",
  } as Record<string, string>,
  secret: {
    title: "Signing secret",
    none: "Nothing is signed yet. With a secret the endpoint can tell that a message is from Andon.",
    stored: "Signs each message; only its end is shown.",
    rotate: "Replace the secret…",
    add: "Add a secret…",
    dialogRotate: (name: string): string => `Replace the secret of ${name}`,
    dialogAdd: (name: string): string => `A secret for ${name}`,
    how: "The new secret signs from now on. For 24 hours the old one stays valid as well, so no message is lost while you change it at the endpoint.",
    howFirst: "Each message will be signed with it from now on.",
    again: "A change is under way: the secret before the present one is dropped at once.",
    source: "Where it comes from",
    make: "Make a strong one",
    own: "Use this one",
    ownLabel: "New secret",
    ownHint: "8 to 256 characters.",
    confirm: "Replace the secret",
    confirmFirst: "Set the secret",
    busy: "Replacing…",
    failed: "The secret was not replaced.",
    doneTitle: "Copy the new secret now",
    done: "It is shown only this once. Put it into the endpoint’s settings.",
    name: "secret",
    close: "I have copied it",
    underWay: "A new secret is in force",
    since: "New secret since",
    oldUntil: "Old secret valid until",
    switchedTag: "The endpoint has switched to the new secret",
    switchedDetail: "Nothing is left to do; the old secret ends by itself.",
    previousTag: "The endpoint still uses the old secret",
    previousDetail:
      "Messages arrive, signed by the old one in a second try. Enter the new secret there in time.",
    untoldTag: "Not known yet whether the endpoint has switched",
    untoldDelivery: "The next message or a test tells.",
    untoldTest:
      "Each message carries both signatures, so deliveries can’t tell. A test with the new one alone can.",
    prove: "Test with the new secret only",
  },
};
