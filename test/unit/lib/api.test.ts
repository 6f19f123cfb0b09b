import { describe, expect, it } from 'vitest';
import { hasTenant, ROUTES, TENANT_PATH } from '../../../src/contract/routes.ts';
import { SOURCES } from '../../../src/domain/source.ts';
import { EVERYTHING_SET, SENDING, synthStack } from './synth-stack.ts';

const dev = synthStack();
const everything = synthStack(EVERYTHING_SET);

const stageOf = ({ template }: typeof dev) =>
  Object.values(template.findResources('AWS::ApiGatewayV2::Stage'))[0]?.Properties;

/** `GET /health` to its authorisation and the function behind it. */
const routesOf = ({ template, resources }: typeof dev) =>
  Object.fromEntries(
    Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => {
      const integration = resources[Properties.Target['Fn::Join'][1][1].Ref];
      const target = JSON.stringify(integration?.Properties.IntegrationUri);
      const to = /Functions([A-Z][a-z]+)/.exec(target)?.[1];
      return [Properties.RouteKey, [Properties.AuthorizationType, to]];
    }),
  );

const routes = routesOf(dev);

/** The routes of every stack. */
const ALWAYS = ROUTES.filter(({ needs }) => needs === undefined);

/** Served as it is, and below the tenant's path. */
const forTenants = (listed: Record<string, string[]>) => ({
  ...listed,
  ...Object.fromEntries(
    Object.entries(listed).map(([key, behind]) => [key.replace(' ', ` ${TENANT_PATH}`), behind]),
  ),
});

describe('the routes', () => {
  it('are open for webhooks and health, IAM for everything else, and ingest gets what is none', () => {
    expect(routes).toEqual({
      ...Object.fromEntries(SOURCES.map((source) => [`POST /webhooks/${source}`, ['NONE', 'Ingest']])),
      'POST /webhooks/{connection_id}': ['NONE', 'Ingest'],
      'GET /webhooks/{connection_id}': ['NONE', 'Ingest'],
      'POST /webhook/jira': ['NONE', 'Ingest'],
      'POST /webhook/agents/{connection_id}/webhook': ['NONE', 'Ingest'],
      'POST /webhooks/{rest+}': ['NONE', 'Ingest'],
      'GET /health': ['NONE', 'Ingest'],
      ...forTenants({
        'GET /issues': ['AWS_IAM', 'Read'],
        'GET /issues/{issue}': ['AWS_IAM', 'Read'],
        'GET /issues/{issue}/events': ['AWS_IAM', 'Read'],
        'GET /issues/{issue}/commits': ['AWS_IAM', 'Read'],
        'GET /gaps/stories-without-commits': ['AWS_IAM', 'Read'],
        'GET /gaps/commits-without-story': ['AWS_IAM', 'Read'],
        'GET /events': ['AWS_IAM', 'Read'],
        'GET /events/{event_id}': ['AWS_IAM', 'Read'],
        'GET /bodies/{event_id}': ['AWS_IAM', 'Read'],
        'GET /reconciliation': ['AWS_IAM', 'Read'],
        'GET /stats': ['AWS_IAM', 'Read'],
        'GET /connections': ['AWS_IAM', 'Read'],
        'GET /connections/{connection_id}': ['AWS_IAM', 'Read'],
        'POST /connections': ['AWS_IAM', 'Manage'],
        'PATCH /connections/{connection_id}': ['AWS_IAM', 'Manage'],
        'DELETE /connections/{connection_id}': ['AWS_IAM', 'Manage'],
        'POST /connections/{connection_id}/rotate': ['AWS_IAM', 'Manage'],
        'POST /connections/{connection_id}/activate': ['AWS_IAM', 'Manage'],
        'POST /connections/{connection_id}/disable': ['AWS_IAM', 'Manage'],
      }),
      $default: ['NONE', 'Ingest'],
    });
  });

  it('are those of the code, because the local server has them too', () => {
    expect(Object.keys(routes).sort()).toEqual(
      [
        ...ALWAYS.map(({ method, path }) => `${method} ${path}`),
        ...ALWAYS.filter(hasTenant).map(({ method, path }) => `${method} ${TENANT_PATH}${path}`),
        'POST /webhooks/{rest+}',
        '$default',
      ].sort(),
    );
  });

  it('have those of executions beside them where these are on, all for callers whom IAM allows', () => {
    const more = Object.entries(routesOf(synthStack(SENDING))).filter(([key]) => !(key in routes));
    const own = ROUTES.filter(({ needs }) => needs === 'executions');
    const title = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;
    expect(own.length).toBeGreaterThanOrEqual(10);
    expect(Object.fromEntries(more)).toEqual(
      forTenants(
        Object.fromEntries(
          own.map(({ method, path, served_by }) => [`${method} ${path}`, ['AWS_IAM', title(served_by)]]),
        ),
      ),
    );
  });

  it('hand over events as the code reads them', () => {
    dev.template.allResourcesProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
    });
  });
});

/** A limit of their own for what anybody may call with any id. */
const ofConnections = (rate: number, burst: number) =>
  Object.fromEntries(
    [
      'POST /webhooks/{connection_id}',
      'GET /webhooks/{connection_id}',
      'POST /webhook/agents/{connection_id}/webhook',
      // A connection's URL with a slash at the end comes here.
      'POST /webhooks/{rest+}',
    ].map((key) => [key, { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst }]),
  );

describe('the stage', () => {
  it('throttles as the context says, and open paths that nobody needs fast further', () => {
    const slow = { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 };
    expect(stageOf(dev)).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
    });
    expect(stageOf(dev).RouteSettings).toEqual({
      'GET /health': slow,
      $default: slow,
      ...ofConnections(50, 100),
    });
    expect(stageOf(everything).RouteSettings).toMatchObject(ofConnections(70, 140));
    expect(stageOf(everything).DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: 500,
      ThrottlingBurstLimit: 900,
    });
  });

  it('is made after the routes it names, because the gateway refuses to name others', () => {
    const [stage] = Object.values(dev.template.findResources('AWS::ApiGatewayV2::Stage'));
    const all = Object.keys(dev.template.findResources('AWS::ApiGatewayV2::Route'));
    expect(all.filter((id) => !stage?.DependsOn.includes(id))).toEqual([]);
  });

  it('logs each request as JSON, without anything a caller wrote but the path', () => {
    const { Format, DestinationArn } = stageOf(dev).AccessLogSettings;
    expect(JSON.parse(Format)).toEqual({
      request_id: '$context.requestId',
      time: '$context.requestTime',
      api: '$context.apiId',
      source_ip: '$context.identity.sourceIp',
      route: '$context.routeKey',
      method: '$context.httpMethod',
      path: '$context.path',
      status: '$context.status',
      integration_status: '$context.integrationStatus',
      lambda_status: '$context.integration.integrationStatus',
      response_bytes: '$context.responseLength',
      duration_ms: '$context.responseLatency',
      integration_ms: '$context.integrationLatency',
      error: '$context.error.message',
      integration_error: '$context.integrationErrorMessage',
    });
    const group = DestinationArn['Fn::GetAtt'][0];
    expect(dev.resources[group]).toMatchObject({
      Type: 'AWS::Logs::LogGroup',
      Properties: { RetentionInDays: 30 },
    });
  });

  it.each([
    ['GatewayThrottled', '{ $.status = "429" }'],
    ['RefusedBeforeUs', '{ ($.status = "413") && ($.lambda_status != "200") }'],
  ])('counts %s in its log by %s, because HTTP APIs have no such metric', (MetricName, FilterPattern) => {
    dev.template.hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern,
      MetricTransformations: [
        {
          MetricNamespace: 'JiraWebhookSync/Gateway',
          MetricName,
          MetricValue: '1',
          Dimensions: [{ Key: 'api', Value: '$.api' }],
        },
      ],
    });
  });
});

describe('the custom domain', () => {
  it('is there only when the context names one', () => {
    dev.template.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
    everything.template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'webhooks.example.com',
      DomainNameConfigurations: [
        {
          CertificateArn: EVERYTHING_SET.certificateArn,
          EndpointType: 'REGIONAL',
          SecurityPolicy: 'TLS_1_2',
        },
      ],
    });
    everything.template.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', { Stage: '$default' });
  });
});
