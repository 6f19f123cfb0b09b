/** Whose Jira site, rows and documents something is of: 1 to 64 of `a-z0-9-`. */
export const isTenant = (text: string): boolean => /^[a-z0-9-]{1,64}$/.test(text);

/** The tenant of the built-in sources, and of every path that names none. */
export const DEFAULT_TENANT = 'default';

/** Tenants, beginning with another one each turn: what waits for one may take all the time that a turn has. */
export const inTurn = <T>(tenants: readonly T[], turn: number): T[] => {
  const first = turn % Math.max(1, tenants.length);
  return [...tenants.slice(first), ...tenants.slice(0, first)];
};
