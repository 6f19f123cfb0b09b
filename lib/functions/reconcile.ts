import { RECONCILE_MINUTES } from '../../src/contract/functions.ts';
import { type FunctionSpec, onSchedule, type Resources } from '../constructs/service-function.ts';
import { allow, queryIndexes, RAW, readTable, removeOwnRows, writeTable } from '../permissions.ts';

/** Reads Jira and writes what ingest would have written; null without a Jira site. */
export const reconcile = ({ table, bucket, tokenArn, context }: Resources): FunctionSpec | null => {
  const { jiraSiteUrl, jiraApiUrl, jiraApiUser, reconcileProjects, reconcileRate } = context;
  if (jiraSiteUrl === undefined || tokenArn === undefined) return null;
  return {
    description: 'Reads Jira, and repairs what webhooks did not bring',
    // As ingest, whose work it does. A page of a hundred issues takes a few megabytes.
    memoryMb: 1024,
    // A turn ends a minute before the next one; a request to Jira that is then in flight may take 30 s.
    timeoutSeconds: RECONCILE_MINUTES * 60 - 10,
    usesItsTime: true,
    // One at a time: two would exceed the request rate for Jira.
    reservedConcurrency: 1,
    sourceMaps: true,
    environment: {
      TABLE_NAME: table.table.tableName,
      ARTIFACTS_BUCKET: bucket.bucket.bucketName,
      EVENT_RETENTION_DAYS: String(context.retentionDays),
      JIRA_SITE_URL: jiraSiteUrl,
      JIRA_API_SECRET_ARN: tokenArn,
      ...(jiraApiUrl ? { JIRA_API_URL: jiraApiUrl } : {}),
      ...(jiraApiUser ? { JIRA_API_USER: jiraApiUser } : {}),
      ...(reconcileProjects ? { RECONCILE_PROJECTS: reconcileProjects } : {}),
      ...(reconcileRate ? { RECONCILE_RATE: String(reconcileRate) } : {}),
    },
    permissions: {
      statements: [
        readTable(table),
        writeTable(table),
        removeOwnRows(table),
        queryIndexes(table, 'by_project', 'worklist'),
        allow(['secretsmanager:GetSecretValue'], tokenArn),
        allow(['s3:PutObject', 's3:PutObjectTagging'], bucket.keysUnder('raw')),
      ],
      wildcards: RAW,
    },
    ...onSchedule(RECONCILE_MINUTES),
  };
};
