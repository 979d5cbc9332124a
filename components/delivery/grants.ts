import { EDGE_GRANTS } from "./edge-grants";
import { type Grant, words } from "./grant";
import { NETWORK_GRANTS } from "./network-grants";
import { OBSERVABILITY_GRANTS } from "./observability-grants";

/**
 * What Pulumi's AWS provider calls for the program's resources: by type, since what it calls is decided there. Kept true by
 * test/infrastructure/delivery-grants.test.ts: each type that the program declares has its actions, none has any that nothing is
 * declared for, each action is one of AWS's, and takes resources of such ARNs.
 */
export const GRANTS: Grant[] = [
  {
    types: ["aws:lambda/function", "aws:lambda/permission", "aws:lambda/invocation"],
    service: "lambda",
    read: words(
      "GetFunction GetFunctionCodeSigningConfig GetFunctionConcurrency GetFunctionConfiguration GetFunctionEventInvokeConfig GetFunctionRecursionConfig GetPolicy ListVersionsByFunction",
    ),
    write: words(
      "AddPermission CreateFunction DeleteFunction DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig InvokeFunction PutFunctionConcurrency PutFunctionEventInvokeConfig RemovePermission UpdateFunctionCode UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig",
    ),
    on: ["arn:aws:lambda:{region}:{account}:function:{prefix}-*"],
  },
  {
    types: ["aws:lambda/function", "aws:lambda/eventSourceMapping"],
    service: "lambda",
    read: words("ListTags"),
    write: words("TagResource UntagResource"),
    on: [
      "arn:aws:lambda:{region}:{account}:function:{prefix}-*",
      "arn:aws:lambda:{region}:{account}:event-source-mapping:*",
    ],
  },
  {
    types: ["aws:lambda/eventSourceMapping"],
    service: "lambda",
    read: words("GetEventSourceMapping"),
    write: words("DeleteEventSourceMapping UpdateEventSourceMapping"),
    on: ["arn:aws:lambda:{region}:{account}:event-source-mapping:*"],
  },
  {
    types: ["aws:lambda/eventSourceMapping"],
    service: "lambda",
    read: words("ListEventSourceMappings"),
    write: words("CreateEventSourceMapping"),
    on: ["*"],
  },
  {
    types: ["aws:apigatewayv2/"],
    service: "apigateway",
    read: ["GET"],
    write: words("DELETE PATCH POST PUT"),
    on: [
      "arn:aws:apigateway:{region}::/apis",
      "arn:aws:apigateway:{region}::/apis/*",
      "arn:aws:apigateway:{region}::/domainnames",
      "arn:aws:apigateway:{region}::/domainnames/*",
      "arn:aws:apigateway:{region}::/tags/*",
    ],
  },
  {
    // Where API Gateway's access logs go ("Configuring logging for HTTP APIs"): these know no resource.
    types: ["aws:apigatewayv2/stage"],
    service: "logs",
    read: words("GetLogDelivery ListLogDeliveries DescribeResourcePolicies"),
    write: words("CreateLogDelivery DeleteLogDelivery PutResourcePolicy UpdateLogDelivery"),
    on: ["*"],
  },
  {
    types: ["aws:athena/workgroup", "aws:athena/namedQuery"],
    service: "athena",
    read: words("GetNamedQuery GetWorkGroup ListTagsForResource"),
    write: words(
      "CreateNamedQuery CreateWorkGroup DeleteNamedQuery DeleteWorkGroup TagResource UntagResource UpdateNamedQuery UpdateWorkGroup",
    ),
    on: ["arn:aws:athena:{region}:{account}:workgroup/{prefix}-*"],
  },
  {
    types: ["aws:cloudfront/distribution"],
    service: "cloudfront",
    read: words("GetDistribution GetDistributionConfig ListTagsForResource"),
    write: words("DeleteDistribution TagResource UntagResource UpdateDistribution"),
    on: ["arn:aws:cloudfront::{account}:distribution/*"],
  },
  {
    types: ["aws:cloudfront/function"],
    service: "cloudfront",
    read: words("DescribeFunction GetFunction"),
    write: words("DeleteFunction PublishFunction UpdateFunction"),
    on: ["arn:aws:cloudfront::{account}:function/*"],
  },
  {
    types: ["aws:cloudfront/originAccessControl"],
    service: "cloudfront",
    read: words("GetOriginAccessControl GetOriginAccessControlConfig"),
    write: words("DeleteOriginAccessControl UpdateOriginAccessControl"),
    on: ["arn:aws:cloudfront::{account}:origin-access-control/*"],
  },
  {
    types: ["aws:cloudfront/responseHeadersPolicy"],
    service: "cloudfront",
    read: words("GetResponseHeadersPolicy GetResponseHeadersPolicyConfig"),
    write: words("DeleteResponseHeadersPolicy UpdateResponseHeadersPolicy"),
    on: ["arn:aws:cloudfront::{account}:response-headers-policy/*"],
  },
  {
    types: ["aws:cloudfront/"],
    service: "cloudfront",
    write: words("CreateDistribution CreateFunction CreateOriginAccessControl CreateResponseHeadersPolicy"),
    on: ["*"],
  },
  {
    types: ["aws:cloudwatch/eventRule", "aws:cloudwatch/eventTarget"],
    service: "events",
    read: words("DescribeRule ListTagsForResource ListTargetsByRule"),
    write: words("DeleteRule PutRule PutTargets RemoveTargets TagResource UntagResource"),
    on: ["arn:aws:events:{region}:{account}:rule/*"],
  },
  {
    types: ["aws:cloudwatch/logGroup", "aws:cloudwatch/logStream"],
    service: "logs",
    read: words("DescribeLogStreams ListTagsForResource"),
    write: words(
      "CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream PutRetentionPolicy TagResource UntagResource",
    ),
    on: ["arn:aws:logs:{region}:{account}:log-group:/aws/*"],
  },
  {
    types: ["aws:cloudwatch/logGroup"],
    service: "logs",
    read: words("DescribeLogGroups"),
    on: ["*"],
  },
  {
    types: ["aws:cognito/userPool"],
    service: "cognito-idp",
    read: words("DescribeUserPool DescribeUserPoolClient GetUserPoolMfaConfig ListTagsForResource"),
    write: words(
      "CreateUserPoolClient DeleteUserPool DeleteUserPoolClient SetUserPoolMfaConfig TagResource UntagResource UpdateUserPool UpdateUserPoolClient",
    ),
    on: ["arn:aws:cognito-idp:{region}:{account}:userpool/*"],
  },
  { types: ["aws:cognito/userPool:"], service: "cognito-idp", write: ["CreateUserPool"], on: ["*"] },
  {
    types: ["aws:dynamodb/table"],
    service: "dynamodb",
    read: words("DescribeContinuousBackups DescribeTable DescribeTimeToLive ListTagsOfResource"),
    write: words(
      "CreateTable DeleteTable TagResource UntagResource UpdateContinuousBackups UpdateTable UpdateTimeToLive",
    ),
    on: ["arn:aws:dynamodb:{region}:{account}:table/{prefix}-*"],
  },
  ...NETWORK_GRANTS,
  ...EDGE_GRANTS,
  ...OBSERVABILITY_GRANTS,
  {
    types: ["aws:glue/"],
    service: "glue",
    read: words("GetDatabase GetTable GetTables GetTags"),
    write: words(
      "CreateDatabase CreateTable DeleteDatabase DeleteTable TagResource UntagResource UpdateDatabase UpdateTable",
    ),
    on: [
      "arn:aws:glue:{region}:{account}:catalog",
      "arn:aws:glue:{region}:{account}:database/{words}_*",
      "arn:aws:glue:{region}:{account}:table/{words}_*/*",
    ],
  },
  {
    types: ["aws:kinesis/firehoseDeliveryStream"],
    service: "firehose",
    read: words("DescribeDeliveryStream ListTagsForDeliveryStream"),
    write: words(
      "CreateDeliveryStream DeleteDeliveryStream StartDeliveryStreamEncryption StopDeliveryStreamEncryption TagDeliveryStream UntagDeliveryStream UpdateDestination",
    ),
    on: ["arn:aws:firehose:{region}:{account}:deliverystream/{prefix}-*"],
  },
  {
    types: ["aws:kms/key"],
    service: "kms",
    read: words("DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags"),
    // Aurora takes the key into use on behalf of whoever makes the cluster.
    write: words(
      "CreateGrant EnableKeyRotation PutKeyPolicy ScheduleKeyDeletion TagResource UntagResource UpdateKeyDescription",
    ),
    on: ["arn:aws:kms:{region}:{account}:key/*"],
  },
  { types: ["aws:kms/key"], service: "kms", write: ["CreateKey"], on: ["*"] },
  {
    types: ["aws:msk/"],
    service: "kafka",
    read: words("DescribeCluster DescribeClusterV2 ListTagsForResource"),
    write: words(
      "CreateCluster CreateClusterV2 DeleteCluster TagResource UntagResource UpdateBrokerCount UpdateBrokerStorage UpdateBrokerType UpdateClusterConfiguration UpdateClusterKafkaVersion UpdateMonitoring UpdateSecurity",
    ),
    on: ["arn:aws:kafka:{region}:{account}:cluster/{prefix}-*/*"],
  },
  { types: ["aws:msk/"], service: "kafka", read: ["GetBootstrapBrokers"], on: ["*"] },
  {
    types: ["aws:rds/"],
    service: "rds",
    read: words(
      "DescribeDBClusterParameterGroups DescribeDBClusterParameters DescribeDBClusters DescribeDBInstances DescribeDBSubnetGroups ListTagsForResource",
    ),
    write: words(
      "AddTagsToResource CreateDBCluster CreateDBClusterParameterGroup CreateDBClusterSnapshot CreateDBInstance CreateDBSubnetGroup DeleteDBCluster DeleteDBClusterParameterGroup DeleteDBInstance DeleteDBSubnetGroup ModifyDBCluster ModifyDBClusterParameterGroup ModifyDBInstance ModifyDBSubnetGroup RemoveTagsFromResource ResetDBClusterParameterGroup",
    ),
    on: [
      "arn:aws:rds:{region}:{account}:cluster:{prefix}-*",
      "arn:aws:rds:{region}:{account}:cluster-pg:database-*",
      "arn:aws:rds:{region}:{account}:cluster-snapshot:{prefix}-*",
      "arn:aws:rds:{region}:{account}:db:*",
      "arn:aws:rds:{region}:{account}:subgrp:database-*",
    ],
  },
  {
    // The master password that RDS makes and keeps (manageMasterUserPassword).
    types: ["aws:rds/cluster:"],
    service: "secretsmanager",
    write: words("CreateSecret RotateSecret TagResource"),
    on: ["arn:aws:secretsmanager:{region}:{account}:secret:rds!cluster-*"],
  },
  {
    types: ["aws:s3/"],
    service: "s3",
    read: words(
      "GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetLifecycleConfiguration GetReplicationConfiguration ListBucket",
    ),
    write: words(
      "CreateBucket DeleteBucket DeleteBucketPolicy PutBucketCORS PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketTagging PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration",
    ),
    on: ["arn:aws:s3:::{prefix}-*"],
  },
  {
    types: ["aws:s3/bucketObjectv2"],
    service: "s3",
    read: words("GetObject GetObjectTagging"),
    write: words("DeleteObject DeleteObjectVersion PutObject PutObjectTagging"),
    on: ["arn:aws:s3:::{prefix}-*/*"],
  },
  {
    types: ["aws:sesv2/"],
    service: "ses",
    read: words("GetConfigurationSet GetEmailIdentity ListTagsForResource"),
    write: words(
      "CreateConfigurationSet CreateEmailIdentity DeleteConfigurationSet DeleteEmailIdentity PutConfigurationSetDeliveryOptions PutConfigurationSetReputationOptions PutConfigurationSetSendingOptions PutEmailIdentityDkimAttributes PutEmailIdentityMailFromAttributes TagResource UntagResource",
    ),
    on: ["arn:aws:ses:{region}:{account}:configuration-set/{prefix}-*", "arn:aws:ses:{region}:{account}:identity/*"],
  },
  {
    types: ["aws:sqs/"],
    service: "sqs",
    read: words("GetQueueAttributes GetQueueUrl ListQueueTags"),
    write: words("CreateQueue DeleteQueue SetQueueAttributes TagQueue UntagQueue"),
    on: ["arn:aws:sqs:{region}:{account}:{prefix}-*"],
  },
];
