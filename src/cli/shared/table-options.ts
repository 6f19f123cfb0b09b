import type { Command } from 'commander';

/** Options and help of every command that works on a table itself. */
export const withTableOptions = (command: Command): Command =>
  command
    .option('--table <name>', 'the table')
    .option('--endpoint <address>', 'the DynamoDB it lies in')
    .addHelpText(
      'after',
      `
Table, database and artifacts are those of the running instance (npm start). The environment wins over it
(TABLE_NAME, AWS_ENDPOINT_URL_DYNAMODB, ARTIFACTS_BUCKET, ARTIFACTS_DIR), and flags win over both. Where nothing
names a database, it is AWS with the credentials and region that the AWS SDK finds.`,
    );
