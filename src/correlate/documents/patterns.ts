/** Crockford's base 32, whose first digit is at most 7: 128 bits. https://github.com/ulid/spec */
export const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

export const UTC_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

export const PHOENIX_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}-07:00$/;

export const ISSUE_ID = /^\d{1,20}$/;

/** What looks like an issue key in a text, upper case. */
export const CANDIDATE = /^[A-Z][A-Z0-9_]+-[1-9]\d*$/;

export const RUN_DOCUMENT_KEY =
  /^artifacts\/issues\/wave3\/jira_webhook\/\d{8}T\d{9}-[0-7][0-9A-HJKMNP-TV-Z]{25}\.json$/;
