import { describe, expect, it } from 'vitest';
import { dataTemplate, generatedSecret, readTemplate } from '../../data-resources/data-template.ts';
import { synthStack } from './synth-stack.ts';

const whole = () => readTemplate(JSON.stringify(synthStack().template.toJSON()));

describe('the data resources of the template', () => {
  it('are the table, the bucket, the topic and the logs, because the rest keeps nothing', () => {
    const types = Object.values(dataTemplate(whole()).Resources).map(({ Type }) => Type);
    expect([...new Set(types)].sort()).toEqual([
      'AWS::DynamoDB::Table',
      'AWS::Logs::LogGroup',
      'AWS::S3::Bucket',
      'AWS::SNS::Topic',
    ]);
  });

  it('stand as they do in the whole template, because a changed one would prove nothing', () => {
    const { Resources } = whole();
    for (const [id, one] of Object.entries(dataTemplate({ Resources }).Resources))
      expect(one).toEqual(Resources[id]);
  });

  it('are refused when one needs what is left out, because its stack would not come up', () => {
    const Bucket = { Type: 'AWS::S3::Bucket', Properties: { Name: { 'Fn::GetAtt': ['Role', 'Arn'] } } };
    expect(() => dataTemplate({ Resources: { Bucket } })).toThrow('the data resources need Role too');
  });

  it('name how the secret is generated, because the endpoint makes it by itself', () => {
    expect(generatedSecret(whole())).toEqual({
      GenerateStringKey: 'jira_webhook_secret',
      PasswordLength: 64,
    });
  });

  it('cannot be read from a file that is no template, because nothing would be created', () => {
    expect(() => readTemplate('{"a":1}')).toThrow('no CloudFormation template');
  });
});
