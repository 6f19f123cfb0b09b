/** Something went wrong that people can understand and act on; ends a command with exit code 1. */
export class CommandError extends Error {
  readonly kind = 'command';
}

/** The command was called in a wrong way; ends it with exit code 2. */
export class UsageError extends Error {
  readonly kind = 'usage';
}
