/** Whose Jira site, rows and documents something is of: 1 to 64 of `a-z0-9-`. */
export const isTenant = (text: string): boolean => /^[a-z0-9-]{1,64}$/.test(text);

/** The tenant of the built-in sources, and of every path that names none. */
export const DEFAULT_TENANT = 'default';
