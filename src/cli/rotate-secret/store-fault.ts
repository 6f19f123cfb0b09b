import { faultCode } from '../../local/start-error.ts';
import { CommandError } from '../shared/command-error.ts';

const NO_CREDENTIALS = 'no AWS credentials that it takes were found';

/** Secrets Manager's faults in our words: its own may quote an endpoint or a user. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ResourceNotFoundException', 'there is no such secret in this account and region, or it has no value yet'],
  [
    'AccessDeniedException',
    'no permission; this needs secretsmanager:GetSecretValue, and to change it PutSecretValue and UpdateSecretVersionStage, and the use of its KMS key if it has one of its own',
  ],
  [
    'InvalidParameterException',
    'it did not take the change, perhaps because somebody else changed it at the same time: look with status',
  ],
  ['InvalidRequestException', 'it is marked for deletion, or another AWS service manages it'],
  ['DecryptionFailure', 'its KMS key cannot be used'],
  ['EncryptionFailure', 'its KMS key cannot be used'],
  ['LimitExceededException', 'it has too many versions or labels: wait a day'],
  ['CredentialsProviderError', NO_CREDENTIALS],
  ['UnrecognizedClientException', NO_CREDENTIALS],
  ['ExpiredTokenException', NO_CREDENTIALS],
  ['ECONNREFUSED', 'nothing listens where the secret store should be'],
]);

/** What kept the secret from being read or changed, for people. */
export const explainStoreFault = (fault: unknown, secretId: string): CommandError => {
  if (fault instanceof CommandError) return fault;
  const code = faultCode(fault);
  const words = WORDS.get(code);
  return new CommandError(
    `The secret ${secretId} could not be used: ${words === undefined ? code : `${words} (${code})`}.`,
  );
};
