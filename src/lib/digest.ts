// In: secrets. Out: their SHA-256 digests, fresh random ones, and a comparison whose time tells nothing.
import { randomBytes, timingSafeEqual } from "node:crypto";

/** 64 lower-case hex characters. */
export const sha256Hex = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex");

/** 256 random bits as 43 characters of base64url. */
export const randomSecret = (): string => randomBytes(32).toString("base64url");

/**
 * True when both texts are the same. The digests are compared, so that neither the length of the
 * secret nor a matching beginning shows in the time.
 */
export const equalSecrets = (left: string, right: string): boolean =>
  timingSafeEqual(
    new Bun.CryptoHasher("sha256").update(left).digest(),
    new Bun.CryptoHasher("sha256").update(right).digest(),
  );
