// In: names and values. Out: which of them are secrets, and how a secret is shown.

/** Stands for what is not shown. */
export const MASK = "••••";

const SECRET_NAME = /secret|token|key|password|auth|signature/i;

/** True for names (of headers, query parameters, settings) whose values are never shown. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

/** Shorter secrets show nothing: four characters would be too large a part of them. */
const SHORTEST_WITH_HINT = 12;

/** `••••` and the last four characters; nothing but `••••` when the secret has fewer than 12. */
export const maskText = (secret: string): string =>
  secret.length < SHORTEST_WITH_HINT ? MASK : MASK + secret.slice(-4);

/** Header values of secret names masked, the others as they are. */
export const maskHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> => {
  const masked: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name] ?? "";
    masked[name] = isSecretName(name) ? maskText(value) : value;
  }
  return masked;
};

/** The value of each query parameter with a secret name masked; the rest of the URL untouched. */
export const maskUrl = (url: string): string => {
  const query = url.indexOf("?");
  if (query === -1) return url;
  const masked = url
    .slice(query + 1)
    .replace(/([^&#=]+)=([^&#]*)/g, (pair, name: string, value: string) =>
      isSecretName(name) || /^sig$/i.test(name) ? `${name}=${maskText(value)}` : pair,
    );
  return url.slice(0, query + 1) + masked;
};

/** Every occurrence of a secret in `text` replaced by the mask; secrets under 4 characters are ignored. */
export const redact = (text: string, secrets: readonly string[]): string => {
  let result = text;
  for (const secret of secrets)
    if (secret.length >= 4 && result.includes(secret)) result = result.replaceAll(secret, MASK);
  return result;
};
