/** What whoever deploys may do with the resources of one kind. Actions without their service's prefix, which comes first. */
export interface Grant {
  /** Kinds of Pulumi's resources, by the beginning of their type, that need it. */
  types: string[];
  /** Prefix of the actions, as in `lambda:GetFunction`. */
  service: string;
  /** To look: what a preview with refresh does. */
  read?: string[];
  /** To create, change and delete. */
  write?: string[];
  /**
   * ARNs, with `{region}`, `{account}`, `{prefix}` (`ahorro-dev`) and `{words}` (`ahorro_dev`) to be filled in. What AWS names by an id of its own is
   * narrowed to its type, account and region. `*` for actions that know no resource.
   */
  on: string[];
}

/** Names in one line. */
export const words = (text: string): string[] => text.split(" ");
