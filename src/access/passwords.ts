// In: passwords. Out: Argon2id hashes and checks, few at a time, since each costs 64 MiB. A check
// against nobody's hash costs the same as a real one.
import { randomBytes } from "node:crypto";
import { AppError, invalid } from "../core/errors";
import { createLimitedWork } from "../lib/limited-work";

export interface PasswordCost {
  memoryKib: number;
  passes: number;
}

/** RFC 9106's second choice, as Bun has it: 64 MiB, about 150 ms. */
export const DEFAULT_COST: PasswordCost = { memoryKib: 65_536, passes: 2 };

export const SHORTEST_PASSWORD = 10;
export const LONGEST_PASSWORD = 256;
/** More would need over 256 MiB at once. */
const AT_ONCE = 4;
/** A few seconds of waiting; beyond it those who failed most are told to come back. */
const MAX_WAITING = 64;
const RETRY_AFTER_SECONDS = 10;

export interface Passwords {
  hash(password: string): Promise<string>;
  /**
   * `hash` null stands for an unknown account: the same work, always false. The lowest `rank` is served
   * first, so that people get in while guessers queue. Rejects with `unavailable` when the line is full.
   */
  verify(password: string, hash: string | null, rank?: number): Promise<boolean>;
}

/** Throws `invalid` on `field`. */
export const checkPassword = (password: string, field = "password"): void => {
  if (password.length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD)
    throw invalid(field, `${field} must have ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters.`);
};

const unpadded = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

const hashOfNobody = ({ memoryKib, passes }: PasswordCost): string =>
  `$argon2id$v=19$m=${memoryKib},t=${passes},p=1$${unpadded(randomBytes(32))}$${unpadded(randomBytes(32))}`;

const busy = (): AppError =>
  new AppError("unavailable", "Too many people are signing in at the moment. Try again shortly.", {
    code: "sign_in_busy",
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });

export const createPasswords = (cost: PasswordCost = DEFAULT_COST): Passwords => {
  const line = createLimitedWork({ atOnce: AT_ONCE, maxWaiting: MAX_WAITING, refusal: busy });
  const nobody = hashOfNobody(cost);

  return {
    hash: (password) =>
      line.run(() =>
        Bun.password.hash(password, {
          algorithm: "argon2id",
          memoryCost: cost.memoryKib,
          timeCost: cost.passes,
        }),
      ),
    verify: async (password, hash, rank) => {
      const matches = await line.run(() => Bun.password.verify(password, hash ?? nobody), rank);
      return matches && hash !== null;
    },
  };
};
