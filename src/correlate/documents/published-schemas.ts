import * as z from 'zod/mini';
import { latestSummary, runDocument } from './schema.ts';

type Published = { name: string; title: string; description: string; schema: z.ZodMiniType };

const PUBLISHED: Published[] = [
  {
    name: 'run-document',
    title: 'Run document',
    description:
      'What one run of the correlation examined and found: one document per run, and `latest.json`.',
    schema: runDocument,
  },
  {
    name: 'latest-summary',
    title: 'Latest summary',
    description: 'The counts of the newest run: `latest_summary.json`.',
    schema: latestSummary,
  },
];

const toText = ({ name, title, description, schema }: Published): string => {
  const { $schema, ...rest } = z.toJSONSchema(schema);
  const $id = `urn:jira-webhook-sync:schema:${name}`;
  return `${JSON.stringify({ $schema, $id, title, description, ...rest }, null, 2)}\n`;
};

/** The published JSON Schemas (2020-12): each file's name and text. */
export const publishedSchemas = (): { name: string; text: string }[] =>
  PUBLISHED.map((one) => ({ name: `${one.name}.schema.json`, text: toText(one) }));
