/** The only event of our own format: it has no event header. */
export const COMMITS_EVENT = 'commits';

/** The event's name where no usable header and nothing in the body tells one. */
export const UNNAMED_EVENT = 'unnamed';

/** Header names of events are not signed and are stored, so they stay short and plain. */
const isEventName = (name: string): boolean => /^[\x21-\x7e]{1,200}$/.test(name);

/**
 * What an event is called: by its header, else by what its body is. It decides nothing: whoever sends the same signed
 * body under another header says the same.
 */
export const eventNameOr = (eventName: string | null, byBody: string): string =>
  eventName !== null && isEventName(eventName) ? eventName : byBody;
