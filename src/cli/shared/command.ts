import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ConfigError, describeFault, UnavailableError } from '../../errors/errors.ts';
import { JiraError } from '../../jira/jira-error.ts';
import { faultCode, StartError } from '../../local/start-error.ts';

/** 0 done, 1 something was refused or failed, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

const EXIT_CODES = '\nExit codes: 0 success, 1 something was refused or failed, 2 wrong usage.';

/** A command of `npm run`; wrong usage throws instead of ending the process. */
export const newCommand = (name: string, description: string): Command =>
  new Command(`npm run ${name} --`)
    .description(description)
    .addHelpText('after', EXIT_CODES)
    .configureOutput({ outputError: (text, write) => write(`${text.trim()} (--help shows how)\n`) })
    .exitOverride();

/** Reads an option's value as a whole number in a range. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };

/**
 * Reads the arguments, runs the command and sets the exit code. The process then ends by itself, so that
 * everything written to a pipe is out.
 */
export const runCommand = async (command: Command, action: () => Promise<ExitCode>): Promise<void> => {
  // A closed pipe (`| head`) is not an error.
  process.stdout.on('error', () => {});
  try {
    command.parse();
    process.exitCode = await action();
  } catch (fault) {
    process.exitCode = codeOf(fault);
  }
};

/** Commander has already printed its own message. */
const codeOf = (fault: unknown): ExitCode => {
  if (fault instanceof CommanderError) return fault.exitCode === 0 ? 0 : 2;
  console.error(explain(fault));
  return fault instanceof UsageError || fault instanceof ConfigError ? 2 : 1;
};

/** The message to print: never a stack trace, and of an unexpected error only its name. */
const explain = (fault: unknown): string => {
  if (fault instanceof CommandError || fault instanceof UsageError) return fault.message;
  if (fault instanceof JiraError || fault instanceof ConfigError || fault instanceof StartError)
    return fault.message;
  if (fault instanceof UnavailableError)
    return `The ${fault.dependency} could not be used (${faultCode(fault.cause)})`;
  return `Unexpected error: ${describeFault(fault)}`;
};

/** A failure that users can understand and act on; ends a command with exit code 1. */
export class CommandError extends Error {
  readonly kind = 'command';
}

/** Wrong usage of a command; ends it with exit code 2. */
export class UsageError extends Error {
  readonly kind = 'usage';
}
