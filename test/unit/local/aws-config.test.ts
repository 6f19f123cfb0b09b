import { describe, expect, it } from 'vitest';
import { externalConfig, streamsConfig } from '../../../src/local/aws-config.ts';

describe('the settings of the stream’s client', () => {
  it.each([
    ['nothing', {}, {}],
    ['a database of one’s own', { endpoint: 'http://127.0.0.1:8000' }, { endpoint: 'http://127.0.0.1:8000' }],
    ['AWS, whose streams have other hosts', { endpoint: 'https://dynamodb.eu-west-1.amazonaws.com' }, {}],
    ['AWS by its dual-stack name', { endpoint: 'https://dynamodb.eu-west-1.api.aws' }, {}],
    ['no address', { endpoint: 'nowhere' }, { endpoint: 'nowhere' }],
    ['a region', { region: 'eu-west-1' }, { region: 'eu-west-1' }],
  ])('follow %s', (_what, config, expected) => {
    expect(streamsConfig(config)).toEqual(expected);
  });

  it('keep the credentials, because a compatible server may check them', () => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    expect(streamsConfig({ credentials })).toEqual({ credentials });
  });
});

describe('the settings for a database somewhere', () => {
  it('have made-up credentials where there are none, because the SDK wants some', async () => {
    const config = await externalConfig('http://127.0.0.1:8000', { HOME: '/nonexistent' });
    expect(config).toMatchObject({
      endpoint: 'http://127.0.0.1:8000',
      credentials: { accessKeyId: 'local' },
    });
  });

  it('have none of ours on AWS, because the SDK finds them itself', async () => {
    const config = await externalConfig('https://dynamodb.eu-west-1.amazonaws.com', { HOME: '/nonexistent' });
    expect(config).not.toHaveProperty('credentials');
  });
});
