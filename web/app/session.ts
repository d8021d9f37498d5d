// In: the session calls. Out: who is signed in, for the shell and for what each role may do.
import { ApiError, onSessionEnd } from "../api/client";
import { readSession, signOut as callSignOut, type Role, type SessionInfo } from "../api/session";
import { Store } from "../controllers/store";

export interface SessionState {
  phase: "unknown" | "anonymous" | "signed_in" | "unreachable";
  info: SessionInfo | null;
}

const ROLES: readonly Role[] = ["viewer", "responder", "editor", "admin"];

export const session = new Store<SessionState>({ phase: "unknown", info: null });

export const enter = (info: SessionInfo): void => session.set({ phase: "signed_in", info });

/** Asks the server; any refusal means that nobody is signed in. */
export const resumeSession = async (): Promise<void> => {
  try {
    enter(await readSession());
  } catch (error) {
    const isRefused = error instanceof ApiError && error.status >= 400 && error.status < 500;
    session.set({ phase: isRefused ? "anonymous" : "unreachable", info: null });
  }
};

export const signOut = async (): Promise<void> => {
  await callSignOut();
  session.set({ phase: "anonymous", info: null });
};

onSessionEnd(() => {
  if (session.value.phase === "signed_in") session.set({ phase: "anonymous", info: null });
});

/** True when the signed-in person's role is this one or a higher one. */
export const can = (role: Role): boolean => {
  const own = session.value.info?.user.role;
  return own !== undefined && ROLES.indexOf(own) >= ROLES.indexOf(role);
};
