import * as z from 'zod/mini';

/** What keeps data, or tells people of it; an endpoint without the rest of AWS can make these. */
const DATA_TYPES = [
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
];

const resource = z.looseObject({ Type: z.string(), Properties: z.optional(z.looseObject({})) });
const template = z.looseObject({ Resources: z.record(z.string(), resource) });

export type Template = z.output<typeof template>;

/** @throws Error when the text is no CloudFormation template */
export const readTemplate = (text: string): Template => {
  const result = template.safeParse(JSON.parse(text));
  if (!result.success) throw new Error('the file is no CloudFormation template');
  return result.data;
};

/** Logical ids that something in the value refers to. */
const refersTo = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(refersTo);
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === 'Ref' && typeof inner === 'string') return [inner];
    if (name === 'Fn::GetAtt' && Array.isArray(inner)) return [String(inner[0])];
    return refersTo(inner);
  });
};

const isPseudo = (id: string): boolean => id.startsWith('AWS::');

/**
 * The template with its data resources alone, exactly as they stand in the whole one.
 * @throws Error when one of them refers to something that is left out
 */
export const dataTemplate = ({ Resources }: Template): { Resources: Template['Resources'] } => {
  const kept = Object.entries(Resources).filter(([, { Type }]) => DATA_TYPES.includes(Type));
  const ids = new Set(kept.map(([id]) => id));
  const missing = kept.flatMap(([, one]) => refersTo(one)).filter((id) => !isPseudo(id) && !ids.has(id));
  if (missing.length > 0) throw new Error(`the data resources need ${missing.join(', ')} too`);
  return { Resources: Object.fromEntries(kept) };
};

const generated = z.object({ GenerateStringKey: z.string(), PasswordLength: z.number() });

/** How the template's secret is generated: the key in its JSON, and how long it is. Null without one. */
export const generatedSecret = ({ Resources }: Template): z.output<typeof generated> | null => {
  const secret = Object.values(Resources).find(({ Type }) => Type === 'AWS::SecretsManager::Secret');
  const result = generated.safeParse(secret?.Properties?.GenerateSecretString);
  return result.success ? result.data : null;
};
