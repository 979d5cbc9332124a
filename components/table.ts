import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { guarded } from "./guard";
import type { Link } from "./link";

/** A key attribute: a string, a number or bytes. */
export interface KeyAttribute {
  name: string;
  type: "S" | "N" | "B";
}

export interface TableArgs {
  /** What an item collection is found by. */
  hashKey: KeyAttribute;
  /** What the items of a collection are told apart by, and sorted by. */
  rangeKey?: KeyAttribute;
  /** Further orders of the same collections: index name → sort key. Items without that attribute are not in the index. */
  localIndexes?: Record<string, KeyAttribute>;
  /** Attribute that holds the second (Unix time) after which DynamoDB deletes an item, some day. */
  ttlAttribute?: string;
  /** Keeps the table restorable to each second of the last 35 days. @default true */
  pointInTimeRecovery?: boolean;
  /** Guards the table against deletion, by AWS and by Pulumi. */
  deletionProtection: boolean;
}

const READ_ACTIONS = ["dynamodb:GetItem", "dynamodb:Query"];
const WRITE_ACTIONS = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];

/**
 * A DynamoDB table, paid by request and encrypted. Functions inside the network reach it through the gateway endpoint.
 *
 * Costs nothing when idle but storage: about $0.28 a GB and month, and $0.22 more with point-in-time recovery.
 */
export class Table extends pulumi.ComponentResource {
  readonly table: aws.dynamodb.Table;
  private readonly variable: string;
  private readonly indexNames: string[];

  /** @throws Error when the name cannot be part of an environment variable's. */
  constructor(name: string, args: TableArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:storage:Table", name, {}, opts);
    this.variable = tableVariable(name);
    const indexes = Object.entries(args.localIndexes ?? {});
    this.indexNames = indexes.map(([indexName]) => indexName);
    this.table = new aws.dynamodb.Table(
      name,
      {
        name: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
        billingMode: "PAY_PER_REQUEST",
        hashKey: args.hashKey.name,
        ...(args.rangeKey && { rangeKey: args.rangeKey.name }),
        attributes: keyAttributes(args),
        ...(indexes.length > 0 && {
          localSecondaryIndexes: indexes.map(([indexName, { name: rangeKey }]) => ({
            name: indexName,
            rangeKey,
            projectionType: "ALL",
          })),
        }),
        ...(args.ttlAttribute !== undefined && { ttl: { attributeName: args.ttlAttribute, enabled: true } }),
        pointInTimeRecovery: { enabled: args.pointInTimeRecovery ?? true },
        serverSideEncryption: { enabled: true },
        deletionProtectionEnabled: args.deletionProtection,
      },
      { parent: this, ...guarded(args.deletionProtection) },
    );
    this.registerOutputs({ name: this.table.name, arn: this.table.arn });
  }

  /**
   * What a function needs to read the table, or to read and write it. The variable `<NAME>_TABLE` (`categories` →
   * `CATEGORIES_TABLE`) holds the table's name.
   */
  link(use: "read" | "readWrite"): Link {
    const { arn } = this.table;
    return {
      environment: { [this.variable]: this.table.name },
      statements: [
        {
          Sid: "UseTable",
          Effect: "Allow",
          Action: use === "read" ? READ_ACTIONS : [...READ_ACTIONS, ...WRITE_ACTIONS],
          Resource: arn,
        },
        ...(this.indexNames.length === 0
          ? []
          : [
              {
                Sid: "QueryIndexes",
                Effect: "Allow" as const,
                Action: ["dynamodb:Query"],
                Resource: this.indexNames.map((indexName) => pulumi.interpolate`${arn}/index/${indexName}`),
              },
            ]),
      ],
    };
  }
}

/**
 * The environment variable that names a table: `spending-limits` → `SPENDING_LIMITS_TABLE`.
 * @throws Error when the name does not make one.
 */
export function tableVariable(name: string): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(
      `"${name}" cannot be a table's name: use words of lower-case letters and digits, joined by hyphens.`,
    );
  }
  return `${name.toUpperCase().replaceAll("-", "_")}_TABLE`;
}

/** All attributes that are part of a key, each once. */
const keyAttributes = ({ hashKey, rangeKey, localIndexes = {} }: TableArgs): KeyAttribute[] => [
  ...new Map(
    [hashKey, ...(rangeKey ? [rangeKey] : []), ...Object.values(localIndexes)].map((key) => [key.name, key]),
  ).values(),
];
