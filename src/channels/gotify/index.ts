// In: a server and an application's token. Out: the Gotify channel type: push messages by a server of
// one's own, without internet.
import { serverOf } from "../address";
import { fieldOf, nativeType, postRequest, TLS_FIELD, tlsOf, type NativeConfig } from "../native";
import { judgePush } from "../paging";
import type { ClientTls } from "../tls";
import { requiredCredentialOf } from "../values";
import { composeGotify } from "./compose";

export interface GotifyConfig extends NativeConfig {
  server: string;
  token: string;
  tls: ClientTls | null;
}

export const gotify = nativeType<GotifyConfig>({
  kind: "gotify",
  label: "Gotify",
  description: "Push messages by your own Gotify server; works without internet.",
  fields: [
    fieldOf({
      name: "server",
      label: "Server",
      type: "url",
      required: true,
      hint: "Where the Gotify server is reached, for instance http://gotify.plant.example.",
    }),
    fieldOf({
      name: "token",
      label: "Application token",
      type: "secret",
      required: true,
      secret: true,
      hint: "In Gotify: Apps, Create application. Not a client's token.",
    }),
    TLS_FIELD,
  ],
  parse: (given) => {
    const server = serverOf(given["server"], "config.server");
    const token = requiredCredentialOf(
      given["token"],
      "config.token",
      "It comes from an application in Gotify.",
    );
    return { given, server, token, tls: tlsOf(given, server) };
  },
  compose: composeGotify,
  // In a header: an address stands in the logs of proxies, and so would the token.
  request: (composed, { server, token, tls }, context) =>
    postRequest(composed, context, { url: `${server}/message`, headers: { "X-Gotify-Key": token }, tls }),
  judge: judgePush("Gotify"),
  targets: ({ server }) => [{ field: "config.server", url: `${server}/message` }],
  secrets: ({ token, tls }) => [token, ...(tls?.key === undefined ? [] : [tls.key])],
});
