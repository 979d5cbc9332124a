import * as pulumi from "@pulumi/pulumi";

/** `ahorro-dev`: what the names of a stack's resources begin with. */
export const prefix = (): string => `${pulumi.getProject()}-${pulumi.getStack()}`;

/** Path of the roles that the program makes for its resources; those who deploy may touch no others. */
export const rolePath = (): string => `/${pulumi.getProject()}/${pulumi.getStack()}/`;

/** Stands for the account's number until that is known, and is as long: documents can be measured before. */
export const ACCOUNT = "{account-id}";

/** An ARN of grants.ts, filled in but for the account's number. */
export const filled = (arn: string, region: string): string =>
  arn
    .replaceAll("{region}", region)
    .replaceAll("{account}", ACCOUNT)
    .replaceAll("{prefix}", prefix())
    .replaceAll("{words}", prefix().replaceAll("-", "_"));
