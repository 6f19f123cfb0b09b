import { Stack } from 'aws-cdk-lib';
import {
  ApiMapping,
  CfnStage,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  type IHttpRouteAuthorizer,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { hasTenant, ROUTES, type Route, TENANT_PATH } from '../../src/contract/routes.ts';
import { acknowledge } from '../checks.ts';
import type { StackContext } from '../context.ts';
import { defaultChildOf } from '../default-child.ts';
import { AccessLog, REFUSED_BEFORE_US, THROTTLED } from './access-log.ts';
import type { ServiceFunctions } from './service-functions.ts';

export type WebhookApiProps = {
  readonly context: StackContext;
};

/** Open routes with a low limit of their own, so that traffic there does not use up the limit of webhooks. */
const SLOW_ROUTES = ['GET /health', '$default'];
const SLOW = { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 };

/** Anyone can call them with any id, so they have a limit of their own: a flood there does not affect other routes. */
const CONNECTION_ROUTES = ROUTES.filter(
  ({ served_by, path }) => served_by === 'ingest' && path.includes('{connection_id}'),
);

/**
 * Routes `/webhooks/jira/` to ingest: the gateway matches paths exactly and accepts no route that ends with a slash.
 * `$default` would match too, but its limit is low, and most senders of commits do not retry throttled deliveries.
 * URLs of connections with a trailing slash also match, so this route has its own limit, equal to that of connections:
 * a flood here affects only webhooks with a trailing slash, which routes cannot tell apart.
 */
const UNDER_WEBHOOKS = '/webhooks/{rest+}';

/** `list-issues` becomes `ListIssues`. */
const constructId = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase());

/**
 * The HTTP API: webhooks and health are open, because senders cannot sign requests for IAM; all other routes need IAM
 * authorisation. Unknown routes go to ingest, which answers 404 and 405 with our problem documents.
 */
export class WebhookApi extends Construct {
  readonly api: HttpApi;
  /** All host names of the API. */
  readonly hosts: string[];
  /** Without a trailing slash. */
  readonly url: string;
  /** What the custom domain's DNS record must point to; undefined without one. */
  readonly domainTarget: string | undefined;
  readonly throttled: Metric;
  /** Bodies over the limits of the gateway or of Lambda. */
  readonly refusedBeforeUs: Metric;
  private readonly stage: HttpStage;
  private readonly context: StackContext;

  constructor(scope: Construct, id: string, { context }: WebhookApiProps) {
    super(scope, id);
    this.context = context;
    this.api = new HttpApi(this, 'Api', {
      apiName: Stack.of(this).stackName,
      createDefaultStage: false,
      description: `Jira webhooks and what is known of issues (${context.stage})`,
    });
    const accessLog = new AccessLog(this, 'Access', { production: context.production });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      throttle: { rateLimit: context.throttleRate, burstLimit: context.throttleBurst },
      accessLogSettings: accessLog.settings,
    });
    const domain = ApiDomain.create(this, this.stage, context);
    this.hosts = [hostOf(this.api), ...(context.domainName === undefined ? [] : [context.domainName])];
    this.url = domain?.url ?? this.api.apiEndpoint;
    this.domainTarget = domain?.target;
    this.throttled = accessLog.count('GatewayThrottled', THROTTLED, this.api.apiId);
    this.refusedBeforeUs = accessLog.count('RefusedBeforeUs', REFUSED_BEFORE_US, this.api.apiId);
  }

  /** Adds all routes. Called after the functions are created, because those need the API's hosts. */
  serve(functions: ServiceFunctions): void {
    this.slowDown(this.addRoutes(functions));
  }

  private addRoutes(functions: ServiceFunctions): HttpRoute[] {
    // One permission per function: one per route would exceed the 20 kB of a function's policy.
    const whole = { scopePermissionToRoute: false };
    const integrations = {
      ingest: new HttpLambdaIntegration('Ingest', functions.named('ingest').function, whole),
      read: new HttpLambdaIntegration('Read', functions.named('read').function, whole),
      manage: new HttpLambdaIntegration('Manage', functions.named('manage').function, whole),
    };
    const authorizer = new HttpIamAuthorizer();
    const add = (name: string, routeKey: HttpRouteKey, to: Route['served_by'], by?: IHttpRouteAuthorizer) =>
      new HttpRoute(this, constructId(name), {
        httpApi: this.api,
        routeKey,
        integration: integrations[to],
        authorizer: by,
      });
    const there = ROUTES.filter(({ needs }) => needs === undefined || this.context[needs] === 'on');
    const served = there.flatMap((route) =>
      hasTenant(route)
        ? [route, { ...route, name: `tenant-${route.name}`, path: `${TENANT_PATH}${route.path}` }]
        : [route],
    );
    const routes = served.map(({ name, method, path, served_by }) =>
      add(
        name,
        HttpRouteKey.with(path, HttpMethod[method]),
        served_by,
        served_by === 'ingest' ? undefined : authorizer,
      ),
    );
    const slashed = add('webhook-with-slash', HttpRouteKey.with(UNDER_WEBHOOKS, HttpMethod.POST), 'ingest');
    const rest = add('anything-else', HttpRouteKey.DEFAULT, 'ingest');
    const open = [...routes.filter((_, index) => served[index]?.served_by === 'ingest'), slashed, rest];
    for (const route of open)
      acknowledge(route, {
        'AwsSolutions-APIG4':
          'Open: webhooks are authorised by the signature of their body, /health returns no data, and the rest is 404 or 405.',
      });
    return [...routes, slashed, rest];
  }

  /** A stage can only name existing routes, hence the dependency. */
  private slowDown(routes: HttpRoute[]): void {
    const { stage, context } = this;
    const ofConnections = {
      ThrottlingRateLimit: context.connectionThrottleRate,
      ThrottlingBurstLimit: context.connectionThrottleBurst,
    };
    const settings = Object.fromEntries([
      ...SLOW_ROUTES.map((key) => [key, SLOW]),
      ...CONNECTION_ROUTES.map(({ method, path }) => [`${method} ${path}`, ofConnections]),
      [`POST ${UNDER_WEBHOOKS}`, ofConnections],
    ]);
    defaultChildOf(stage, CfnStage).routeSettings = settings;
    stage.node.addDependency(...routes);
  }
}

/** HTTP API developer guide, "Publish HTTP APIs for customers to invoke": the default endpoint. */
const hostOf = (api: HttpApi): string => {
  const { region, urlSuffix } = Stack.of(api);
  return `${api.apiId}.execute-api.${region}.${urlSuffix}`;
};

type ApiDomainProps = {
  readonly stage: HttpStage;
  readonly domainName: string;
  /** A certificate in the stack's region that covers the name. */
  readonly certificateArn: string;
};

/** A custom host name for the API. Its DNS record is created by hand: the zone may be anywhere. */
class ApiDomain extends Construct {
  readonly url: string;
  /** What the name's DNS record must point to. */
  readonly target: string;

  constructor(scope: Construct, id: string, { stage, domainName, certificateArn }: ApiDomainProps) {
    super(scope, id);
    const name = new DomainName(this, 'Name', {
      domainName,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    new ApiMapping(this, 'Mapping', { api: stage.api, domainName: name, stage });
    this.url = `https://${domainName}`;
    this.target = name.regionalDomainName;
  }

  /** Undefined when the context has no domain. */
  static create(scope: Construct, stage: HttpStage, context: StackContext): ApiDomain | undefined {
    const { domainName, certificateArn } = context;
    if (domainName === undefined || certificateArn === undefined) return undefined;
    return new ApiDomain(scope, 'Domain', { stage, domainName, certificateArn });
  }
}
