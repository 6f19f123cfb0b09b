import { ApiMapping, DomainName, type HttpStage, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Construct } from 'constructs';
import type { StackContext } from '../context.ts';

export type ApiDomainProps = {
  readonly stage: HttpStage;
  readonly domainName: string;
  /** Of a certificate in the region of the stack that covers the name. */
  readonly certificateArn: string;
};

/** A host name of one's own for the API. Its DNS record is made by hand: the zone may lie anywhere. */
export class ApiDomain extends Construct {
  readonly url: string;
  /** What the DNS record of the name has to point to. */
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

  /** Undefined when the context names no domain. */
  static create(scope: Construct, stage: HttpStage, context: StackContext): ApiDomain | undefined {
    const { domainName, certificateArn } = context;
    if (domainName === undefined || certificateArn === undefined) return undefined;
    return new ApiDomain(scope, 'Domain', { stage, domainName, certificateArn });
  }
}
