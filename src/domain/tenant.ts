/** Whose Jira site, rows and documents something is of: 1 to 64 of `a-z0-9-`. */
export const isTenant = (text: string): boolean => /^[a-z0-9-]{1,64}$/.test(text);
