// In: the text of an SQL file. Out: its statements one by one, so that each can be a fail point.

/** A trigger's body holds semicolons of its own and ends with END. */
const TRIGGER = /^create\s+(temp\s+|temporary\s+)?trigger\b/i;
const TRIGGER_END = /\bend\s*$/i;

/** Where the token that begins at `at` ends: a string, a quoted name, a comment or one character. */
const tokenEnd = (sql: string, at: number): number => {
  const find = (mark: string, skip: number): number => {
    const found = sql.indexOf(mark, at + skip);
    return found === -1 ? sql.length : found + mark.length;
  };
  if (sql.startsWith("--", at)) return find("\n", 2);
  if (sql.startsWith("/*", at)) return find("*/", 2);
  const character = sql[at];
  // A doubled quote inside reads as two strings side by side, which ends at the same place.
  if (character === "'" || character === '"' || character === "`") return find(character, 1);
  return at + 1;
};

/** Comments are dropped; the trailing semicolon too. */
export const splitSql = (sql: string): string[] => {
  const statements: string[] = [];
  let statement = "";
  const finish = (): void => {
    if (statement.trim() !== "") statements.push(statement.trim());
    statement = "";
  };
  for (let at = 0; at < sql.length;) {
    const end = tokenEnd(sql, at);
    const token = sql.slice(at, end);
    at = end;
    if (token.startsWith("--") || token.startsWith("/*")) statement += " ";
    else if (token !== ";") statement += token;
    else if (TRIGGER.test(statement.trim()) && !TRIGGER_END.test(statement)) statement += token;
    else finish();
  }
  finish();
  return statements;
};
