import { Stack } from 'aws-cdk-lib';
import {
  CfnStage,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  type IHttpRouteAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { ROUTES, type Route } from '../../src/contract/routes.ts';
import { acknowledge } from '../acknowledge.ts';
import type { StackContext } from '../context.ts';
import { AccessLog, REFUSED_BEFORE_US, THROTTLED } from './access-log.ts';
import { ApiDomain } from './api-domain.ts';
import type { ServiceFunction } from './service-function.ts';

export type WebhookApiProps = {
  readonly ingest: ServiceFunction;
  readonly read: ServiceFunction;
  readonly context: StackContext;
};

/** Open paths that need no more than this, so that whoever plays with them takes nothing from webhooks. */
const SLOW_ROUTES = ['GET /health', '$default'];
const SLOW = { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 };

/**
 * Brings `/webhooks/jira/` to ingest: the gateway matches to the letter and takes no route that ends with a slash.
 * `$default` would bring it too, but slowly, and most senders of commits never send again what was throttled.
 */
const UNDER_WEBHOOKS = '/webhooks/{rest+}';

/** `list-issues` becomes `ListIssues`. */
const constructId = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase());

/**
 * The HTTP API: webhooks and health for everybody, since senders cannot sign as IAM wants; everything else for
 * callers whom IAM allows. What is no route goes to ingest, which answers 404 and 405 in our words.
 */
export class WebhookApi extends Construct {
  readonly api: HttpApi;
  /** Without a slash at the end. */
  readonly url: string;
  /** Where the custom domain has to point to; undefined without one. */
  readonly domainTarget: string | undefined;
  readonly throttled: Metric;
  /** Bodies over the limits of the gateway or of Lambda. */
  readonly refusedBeforeUs: Metric;

  constructor(scope: Construct, id: string, props: WebhookApiProps) {
    super(scope, id);
    const { context } = props;
    this.api = new HttpApi(this, 'Api', {
      apiName: Stack.of(this).stackName,
      createDefaultStage: false,
      description: `Jira webhooks and what is known of issues (${context.stage})`,
    });
    const routes = this.addRoutes(props);
    const accessLog = new AccessLog(this, 'Access', { production: context.production });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      throttle: { rateLimit: context.throttleRate, burstLimit: context.throttleBurst },
      accessLogSettings: accessLog.settings,
    });
    this.slowDown(stage, routes);
    const domain = ApiDomain.create(this, stage, context);
    this.url = domain?.url ?? this.api.apiEndpoint;
    this.domainTarget = domain?.target;
    this.throttled = accessLog.count('GatewayThrottled', THROTTLED, this.api.apiId);
    this.refusedBeforeUs = accessLog.count('RefusedBeforeUs', REFUSED_BEFORE_US, this.api.apiId);
  }

  private addRoutes({ ingest, read }: WebhookApiProps): HttpRoute[] {
    // One permission for each function: one for each route would outgrow the function's policy of 20 kB.
    const whole = { scopePermissionToRoute: false };
    const integrations = {
      ingest: new HttpLambdaIntegration('Ingest', ingest.function, whole),
      read: new HttpLambdaIntegration('Read', read.function, whole),
    };
    const authorizer = new HttpIamAuthorizer();
    const add = (name: string, routeKey: HttpRouteKey, to: Route['served_by'], by?: IHttpRouteAuthorizer) =>
      new HttpRoute(this, constructId(name), {
        httpApi: this.api,
        routeKey,
        integration: integrations[to],
        authorizer: by,
      });
    const routes = ROUTES.map(({ name, method, path, served_by }) =>
      add(
        name,
        HttpRouteKey.with(path, HttpMethod[method]),
        served_by,
        served_by === 'read' ? authorizer : undefined,
      ),
    );
    const slashed = add('webhook-with-slash', HttpRouteKey.with(UNDER_WEBHOOKS, HttpMethod.POST), 'ingest');
    const rest = add('anything-else', HttpRouteKey.DEFAULT, 'ingest');
    const open = [...routes.filter((_, index) => ROUTES[index]?.served_by === 'ingest'), slashed, rest];
    for (const route of open)
      acknowledge(route, {
        'AwsSolutions-APIG4':
          'Open: webhooks are authorised by the signature of their body, health tells no data, and the rest is 404 or 405.',
      });
    return [...routes, slashed, rest];
  }

  /** A stage can only name routes that are there. */
  private slowDown(stage: HttpStage, routes: HttpRoute[]): void {
    const { defaultChild } = stage.node;
    if (!(defaultChild instanceof CfnStage)) throw new TypeError('the stage is no stage');
    defaultChild.routeSettings = Object.fromEntries(SLOW_ROUTES.map((key) => [key, SLOW]));
    stage.node.addDependency(...routes);
  }
}
