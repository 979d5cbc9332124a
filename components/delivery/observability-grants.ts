import { type Grant, words } from "./grant";

/** And subscriptions to them, whose ARNs begin with theirs. */
const TOPICS = ["arn:aws:sns:{region}:{account}:{prefix}-*"];

/** What deploying takes of what watches the stack: alarms, whom they tell, the dashboard and the budget; see grants.ts. */
export const OBSERVABILITY_GRANTS: Grant[] = [
  {
    types: ["aws:cloudwatch/metricAlarm"],
    service: "cloudwatch",
    read: words("DescribeAlarms ListTagsForResource"),
    write: words("DeleteAlarms PutMetricAlarm TagResource UntagResource"),
    on: ["arn:aws:cloudwatch:{region}:{account}:alarm:{prefix}-*"],
  },
  {
    types: ["aws:cloudwatch/dashboard"],
    service: "cloudwatch",
    read: ["GetDashboard"],
    write: words("DeleteDashboards PutDashboard"),
    on: ["arn:aws:cloudwatch::{account}:dashboard/{prefix}*"],
  },
  {
    types: ["aws:sns/topic"],
    service: "sns",
    read: words("GetTopicAttributes ListTagsForResource"),
    write: words("CreateTopic DeleteTopic SetTopicAttributes TagResource UntagResource"),
    on: TOPICS,
  },
  {
    types: ["aws:sns/topicSubscription"],
    service: "sns",
    read: ["GetSubscriptionAttributes"],
    write: words("SetSubscriptionAttributes Subscribe Unsubscribe"),
    on: TOPICS,
  },
  {
    types: ["aws:budgets/"],
    service: "budgets",
    read: words("ListTagsForResource ViewBudget"),
    write: words("ModifyBudget TagResource UntagResource"),
    on: ["arn:aws:budgets::{account}:budget/{prefix}-*"],
  },
];
