import { GRANTS } from "./grants";
import { ACCOUNT, filled, prefix, rolePath } from "./names";

/** A statement in which ACCOUNT stands for the account's number. */
export interface Statement {
  Sid: string;
  Effect: "Allow";
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** Where Pulumi keeps the stack's state. */
export interface State {
  /** The bucket that `pulumi login s3://…` names. */
  bucket: string;
  /** ARN of the KMS key that is the stack's secrets provider. */
  keyArn: string;
}

/** IAM's limit of a managed policy, in characters other than white space. */
export const POLICY_LIMIT = 6_144;

/** What a preview looks at: the program's resources, their roles, and the state, which it locks meanwhile. */
export const previewStatements = (region: string, state: State): Statement[] => [
  ...granted("read", region),
  ...readRoles(),
  ...useState(state, `arn:aws:s3:::${state.bucket}/.pulumi/locks/*`),
];

/** What an update changes besides what a preview looks at. */
export const updateStatements = (region: string, state: State): Statement[] => [
  ...granted("write", region),
  ...writeRoles(),
  ...useState(state, `arn:aws:s3:::${state.bucket}/.pulumi/*`),
];

const granted = (use: "read" | "write", region: string): Statement[] =>
  GRANTS.flatMap(({ service, on, [use]: actions = [] }, index) =>
    actions.length === 0
      ? []
      : [
          allow(
            `${use === "read" ? "Look" : "Change"}${index}`,
            actions.map((action) => `${service}:${action}`),
            on.map((arn) => filled(arn, region)),
          ),
        ],
  );

/** Roles of the stack's resources, those who deploy, and what bounds them. */
const readRoles = (): Statement[] => [
  allow(
    "LookAtRoles",
    [
      "GetRole",
      "GetRolePolicy",
      "ListAttachedRolePolicies",
      "ListInstanceProfilesForRole",
      "ListRolePolicies",
      "ListRoleTags",
    ].map(iam),
    [`arn:aws:iam::${ACCOUNT}:role${rolePath()}*`, `arn:aws:iam::${ACCOUNT}:role/${prefix()}-*`],
  ),
  allow("LookAtPolicies", ["GetPolicy", "GetPolicyVersion", "ListPolicyTags", "ListPolicyVersions"].map(iam), [
    `arn:aws:iam::${ACCOUNT}:policy/${prefix()}-*`,
  ]),
  allow("LookAtProvider", ["GetOpenIDConnectProvider"].map(iam), [
    `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`,
  ]),
];

/**
 * To make roles for the stack's resources: in its path, below the boundary, for services that take them. Roles that deploy, and the boundary, lie
 * elsewhere: nobody who deploys can give himself more. To change those is for an administrator.
 */
function writeRoles(): Statement[] {
  const roles = [`arn:aws:iam::${ACCOUNT}:role${rolePath()}*`];
  return [
    {
      ...allow(
        "MakeRoles",
        ["CreateRole", "DeleteRolePolicy", "PutRolePermissionsBoundary", "PutRolePolicy"].map(iam),
        roles,
      ),
      Condition: { StringEquals: { "iam:PermissionsBoundary": `arn:aws:iam::${ACCOUNT}:policy/${prefix()}-boundary` } },
    },
    allow(
      "KeepRoles",
      ["DeleteRole", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"].map(iam),
      roles,
    ),
    {
      ...allow("GiveRoles", ["PassRole"].map(iam), roles),
      Condition: { StringEquals: { "iam:PassedToService": ["firehose.amazonaws.com", "lambda.amazonaws.com"] } },
    },
  ];
}

/** "Pulumi state and backends": objects below `.pulumi/`, and a lock for as long as it works. */
const useState = ({ bucket, keyArn }: State, written: string): Statement[] => [
  allow("ReadState", ["s3:GetObject"], [`arn:aws:s3:::${bucket}/.pulumi/*`]),
  allow("WriteState", ["s3:DeleteObject", "s3:PutObject"], [written]),
  allow("FindState", ["s3:ListBucket"], [`arn:aws:s3:::${bucket}`]),
  allow("UseSecrets", ["kms:Decrypt", "kms:Encrypt"], [keyArn]),
];

/** Statements in as few documents as IAM's limit allows, in their order. */
export function packed(statements: Statement[]): string[] {
  const documents: Statement[][] = [[]];
  for (const statement of statements) {
    const last = documents.at(-1) ?? [];
    if (documentOf([...last, statement]).length <= POLICY_LIMIT) last.push(statement);
    else documents.push([statement]);
  }
  return documents.map(documentOf);
}

const documentOf = (Statement: Statement[]): string => JSON.stringify({ Version: "2012-10-17", Statement });

const allow = (Sid: string, Action: string[], Resource: string[]): Statement => ({
  Sid,
  Effect: "Allow",
  Action,
  Resource,
});

const iam = (action: string): string => `iam:${action}`;
