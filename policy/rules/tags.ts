import { type Rule, unless } from "../rule";

/** What every resource says of itself: whose bill it is on, and that people should keep their hands off it. */
const TAGS = ["project", "stack", "managed-by"];

export const tagRules: Rule[] = [
  {
    name: "everything-tagged",
    description: `Providers put the tags ${TAGS.join(", ")} on all that takes tags.`,
    types: ["pulumi:providers:aws"],
    violation: ({ inputs }) => {
      const { defaultTags = {} } = inputs;
      const { tags = {} } = typeof defaultTags === "string" ? JSON.parse(defaultTags) : defaultTags;
      const missing = TAGS.find((tag) => !tags[tag]);
      return unless(missing === undefined, `does not set the tag ${missing} by default`);
    },
  },
];
