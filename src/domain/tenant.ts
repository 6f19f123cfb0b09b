/** True for the name of a tenant: 1 to 64 of `a-z0-9-`. */
export const isTenant = (text: string): boolean => /^[a-z0-9-]{1,64}$/.test(text);

/** The tenant of the built-in webhooks, and of every path that names no tenant. */
export const DEFAULT_TENANT = 'default';

/** The tenants, rotated to start with a different one each turn, because one tenant may use up the turn's time. */
export const inTurn = <T>(tenants: readonly T[], turn: number): T[] => {
  const first = turn % Math.max(1, tenants.length);
  return [...tenants.slice(first), ...tenants.slice(0, first)];
};
