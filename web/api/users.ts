// In: a person's name, address and role. Out: the users of the organization (admins only).
import type { UserWire } from "../../src/access/wire";
import type { Role } from "./session";
import { all, patch, post, remove } from "./client";

export type User = UserWire;

export interface UserBody {
  email: string;
  name: string;
  role: Role;
  password: string;
}

export const listUsers = (): Promise<User[]> => all<User>("/users");
export const createUser = (body: UserBody): Promise<User> => post("/users", body);
export const changeUser = (
  id: string,
  changes: { name?: string; role?: Role; is_active?: boolean; password?: string },
): Promise<User> => patch(`/users/${id}`, changes);
export const deleteUser = (id: string): Promise<void> => remove(`/users/${id}`);
