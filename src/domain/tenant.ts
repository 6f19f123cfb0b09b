/** One Jira site per deployment until a deployment serves several. */
export const DEFAULT_TENANT = 'default';
