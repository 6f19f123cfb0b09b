import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, LogGroup, MetricFilter, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE } from '../../src/contract/metrics.ts';

export type AccessLogProps = {
  /** Keeps the log whatever happens to the stack. */
  readonly production: boolean;
};

/**
 * One line for each request. No header, query, body or caller's name is in it: an AWS session may be named after
 * an e-mail address. All values as text, since the gateway writes `-` for what there is not.
 */
const FIELDS = {
  request_id: '$context.requestId',
  time: '$context.requestTime',
  api: '$context.apiId',
  source_ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  integration_status: '$context.integrationStatus',
  response_bytes: '$context.responseLength',
  duration_ms: '$context.responseLatency',
  integration_ms: '$context.integrationLatency',
  error: '$context.error.message',
};

/** Apart from what the functions count. */
const NAMESPACE = `${METRICS_NAMESPACE}/Gateway`;

/** The gateway's access log. It is also the only place where HTTP APIs tell what they answered by themselves. */
export class AccessLog extends Construct {
  readonly settings: { destination: LogGroupLogDestination; format: AccessLogFormat };
  private readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { production }: AccessLogProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.settings = {
      destination: new LogGroupLogDestination(this.logGroup),
      format: AccessLogFormat.custom(JSON.stringify(FIELDS)),
    };
  }

  /** Counts answers of one status; the dimension tells deployments apart. */
  countStatus(status: number, metricName: string, apiId: string): Metric {
    new MetricFilter(this, metricName, {
      logGroup: this.logGroup,
      filterPattern: FilterPattern.stringValue('$.status', '=', String(status)),
      metricNamespace: NAMESPACE,
      metricName,
      metricValue: '1',
      dimensions: { api: '$.api' },
    });
    return new Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { api: apiId },
      statistic: 'Sum',
    });
  }
}
