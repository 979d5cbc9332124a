import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface HostNameArgs {
  /** Such as `app.example.com`. */
  hostName: string;
  /** The public hosted zone that the name is in, such as `example.com`. It is there already. */
  zone: string;
  /** Where the certificate is kept: CloudFront takes those of us-east-1 only. @default the provider's region */
  region?: aws.Region;
}

/** Where AWS serves a host name from. */
export interface AliasTarget {
  domainName: pulumi.Input<string>;
  hostedZoneId: pulumi.Input<string>;
}

/** In seconds. Validation records are asked for when a certificate is renewed, months from now. */
const VALIDATION_TTL = 300;

/**
 * A host name of one's own: its certificate, which ACM renews by itself as long as the validation record is there, and, once it is pointed
 * somewhere, its addresses.
 *
 * The zone is looked up and not made: its name servers are entered at a registrar by hand, once, and several stacks share it; a stack that
 * is taken down must not take it along.
 *
 * Costs nothing; the zone, which is there already, costs $0.50 a month. Queries for aliases are free.
 */
export class HostName extends pulumi.ComponentResource {
  readonly hostName: string;
  /** ARN of the certificate, known when it has been issued. */
  readonly certificateArn: pulumi.Output<string>;
  private readonly logicalName: string;
  private readonly zoneId: pulumi.Output<string>;

  constructor(name: string, args: HostNameArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:edge:HostName", name, {}, opts);
    this.logicalName = name;
    this.hostName = args.hostName;
    this.zoneId = findZone(this, args.zone);
    this.certificateArn = createCertificate(this, name, args, this.zoneId);
    this.registerOutputs({ hostName: this.hostName });
  }

  /** Has the name lead somewhere, by IPv4 and by IPv6. Answers the records, for what has to wait for them. */
  pointTo({ domainName, hostedZoneId }: AliasTarget): aws.route53.Record[] {
    return (["A", "AAAA"] as const).map(
      (type) =>
        new aws.route53.Record(
          `${this.logicalName}-${type.toLowerCase()}`,
          {
            zoneId: this.zoneId,
            name: this.hostName,
            type,
            aliases: [{ name: domainName, zoneId: hostedZoneId, evaluateTargetHealth: false }],
          },
          { parent: this },
        ),
    );
  }
}

/** @throws pulumi.RunError, when the program runs on, that names the key and what to do. */
function findZone(parent: HostName, zone: string): pulumi.Output<string> {
  const found = aws.route53.getZone({ name: zone, privateZone: false }, { parent }).catch((error) => {
    throw new pulumi.RunError(
      `The configuration key "${pulumi.getProject()}:domain.zone" of the stack "${pulumi.getStack()}": there is no public hosted zone ` +
        `"${zone}" in Route 53 of this account, or more than one (${error instanceof Error ? error.message : error}). ` +
        `Make it with: aws route53 create-hosted-zone --name ${zone} --caller-reference ${zone}, and enter its name servers at the registrar; ` +
        "or leave the domain out.",
    );
  });
  return pulumi.output(found).zoneId;
}

/** ACM asks for a record that only the owner of the zone can make ("DNS validation", ACM user guide). */
function createCertificate(
  parent: HostName,
  name: string,
  { hostName, region }: HostNameArgs,
  zoneId: pulumi.Output<string>,
): pulumi.Output<string> {
  const place = region === undefined ? {} : { region };
  const certificate = new aws.acm.Certificate(
    name,
    { domainName: hostName, validationMethod: "DNS", ...place },
    { parent },
  );
  const challenge = certificate.domainValidationOptions.apply((options) => {
    const [option] = options;
    if (option === undefined) throw new Error(`ACM asks for no record to validate ${hostName}.`);
    return option;
  });
  const record = new aws.route53.Record(
    `${name}-validation`,
    {
      zoneId,
      name: challenge.resourceRecordName,
      type: challenge.resourceRecordType,
      records: [challenge.resourceRecordValue],
      ttl: VALIDATION_TTL,
      // ACM asks for the same record for the same name in each region and stack: who comes second finds it there.
      allowOverwrite: true,
    },
    { parent },
  );
  return new aws.acm.CertificateValidation(
    name,
    { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn], ...place },
    { parent },
  ).certificateArn;
}
