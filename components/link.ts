import type * as pulumi from "@pulumi/pulumi";

/** One grant of an IAM policy. Links only ever allow; the actions and resources are spelled out, never `*` services. */
export interface PolicyStatement {
  Sid?: string;
  Effect: "Allow";
  Action: string[];
  Resource: pulumi.Input<string> | pulumi.Input<string>[];
  Condition?: Record<string, Record<string, pulumi.Input<string> | pulumi.Input<string>[]>>;
}

/**
 * What a function needs of a resource it uses, in one piece: where the resource is (environment variables), the right
 * to use it (IAM statements) and, when it can only be reached from inside the network, the place to run.
 * Components hand these out (`database.link(…)`, `identity.link()`); `Lambda` takes them in.
 */
export interface Link {
  environment: Record<string, pulumi.Input<string>>;
  statements: PolicyStatement[];
  vpc?: VpcPlacement;
}

/** Subnets and security groups a function's network interfaces are put into. */
export interface VpcPlacement {
  subnetIds: pulumi.Input<string[]>;
  securityGroupIds: pulumi.Input<string>[];
  /** Where the subnets have IPv6, and functions get out by it: the environment variables by which they find their way. */
  ipv6?: { environment: Record<string, string> };
}
