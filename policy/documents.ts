/** Policy documents of IAM, of buckets, queues and endpoints ("IAM JSON policy elements reference", IAM user guide). */

export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | Record<string, string | string[]>;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** The statements of a document that is given as JSON. */
export function statementsOf(document: string): Statement[] {
  const { Statement = [] }: { Statement?: Statement | Statement[] } = JSON.parse(document);
  return list(Statement);
}

export const allowing = (document: string): Statement[] =>
  statementsOf(document).filter(({ Effect }) => Effect === "Allow");

/** One or many, as the documents have it, as many. */
export const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** How messages call a statement. */
export const called = ({ Sid }: Statement): string => `the statement ${Sid ?? "without a Sid"}`;

/** Whether everybody is meant. */
export const isEverybody = ({ Principal }: Statement): boolean =>
  Principal === "*" || (Principal !== undefined && Object.values(Principal).flatMap(list).includes("*"));

/** Whether a document refuses everybody who does not speak TLS. */
export const refusesPlainText = (document: string): boolean =>
  statementsOf(document).some(
    (statement) =>
      statement.Effect === "Deny" &&
      isEverybody(statement) &&
      // Policies of SNS topics know no `sns:*`; publishing is what there is to refuse.
      list(statement.Action).some((action) => /^(\w+:)?\*$|^sns:Publish$/.test(action)) &&
      statement.Condition?.Bool?.["aws:SecureTransport"] === "false",
  );
