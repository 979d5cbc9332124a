import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { guarded } from "../guard";

/** Who may tell the topic something: services, on behalf of this account. */
const TELLERS = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"];

/**
 * A topic that alarms are told to: encrypted, by TLS only. Its key is our own, as AWS's does not let CloudWatch and Budgets use it
 * ("Key management", SNS developer guide).
 */
export function createTopic(
  parent: pulumi.Resource,
  name: string,
  { mails, deletionProtection }: { mails: string[]; deletionProtection: boolean },
): aws.sns.Topic {
  const { accountId } = aws.getCallerIdentityOutput({}, { parent });
  const key = new aws.kms.Key(
    name,
    {
      description: "What alarms tell",
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: keyPolicy(accountId),
    },
    { parent, ...guarded(deletionProtection) },
  );
  const topic = new aws.sns.Topic(
    name,
    { name: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`, kmsMasterKeyId: key.arn },
    { parent },
  );
  new aws.sns.TopicPolicy(name, { arn: topic.arn, policy: topicPolicy(topic.arn, accountId) }, { parent });
  for (const mail of mails) {
    new aws.sns.TopicSubscription(
      `${name}-${mail}`,
      { topic: topic.arn, protocol: "email", endpoint: mail },
      { parent },
    );
  }
  return topic;
}

const fromHere = (accountId: pulumi.Output<string>) => ({ StringEquals: { "aws:SourceAccount": accountId } });

/** The account keeps its key; whoever may tell the topic may encrypt for it. */
const keyPolicy = (accountId: pulumi.Output<string>): pulumi.Output<string> =>
  pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AdministerKey",
        Effect: "Allow",
        Principal: { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "EncryptAlarms",
        Effect: "Allow",
        Principal: { Service: TELLERS },
        Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
        Resource: "*",
        Condition: fromHere(accountId),
      },
    ],
  });

/** SNS knows no `sns:*` in the policy of a topic: publishing is what can be refused. */
const topicPolicy = (topicArn: pulumi.Output<string>, accountId: pulumi.Output<string>): pulumi.Output<string> =>
  pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TellOfAlarms",
        Effect: "Allow",
        Principal: { Service: TELLERS },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: fromHere(accountId),
      },
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
