import type { PolicyResource, Rule } from "../rule";

/** What secrets look like, by kind. */
export const SECRETS: Record<string, RegExp> = {
  "an AWS access key": /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  "a private key": /-----BEGIN ([A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=]{20}/,
  "a token of GitHub": /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})/,
  "a token of Slack": /\bxox[abprs]-[A-Za-z0-9-]{20,}/,
  "a JSON Web Token": /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/,
  "an address with a password": /\b[a-z][a-z+]*:\/\/[^\s/:@"'`${}]+:[^\s/:@"'`${}]{3,}@[\w.-]+/,
};

/** Variables that by their name hold a secret. */
const SECRET_NAME = /(PASSWORD|PASSPHRASE|SECRET|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|CREDENTIAL)/i;

/** Secrets are fetched by whoever needs them, from Secrets Manager; what is deployed holds none. */
export const secretRules: Rule[] = [
  {
    name: "no-secrets-in-environments",
    description:
      "Environment variables, which everybody with read access sees, hold no secrets; the ARN of one is none.",
    types: ["aws:lambda/function:Function"],
    violation: ({ inputs }) => {
      for (const [name, value] of Object.entries<string>(inputs.environment?.variables ?? {})) {
        const kind =
          kindOf(value) ?? (SECRET_NAME.test(name) && !value.startsWith("arn:") ? "a secret by its name" : undefined);
        if (kind !== undefined) return `has ${kind} in the variable ${name}`;
      }
      return undefined;
    },
  },
  {
    name: "no-secrets-in-code",
    description: "What functions are made of holds no secrets.",
    types: ["aws:lambda/function:Function"],
    violation: ({ inputs }) => {
      for (const [path, text] of Object.entries<string>(inputs.code ?? {})) {
        const kind = kindOf(text);
        if (kind !== undefined) return `has ${kind} in ${path}`;
      }
      return undefined;
    },
  },
  {
    name: "no-secrets-in-files",
    description: "What the web app serves holds no secrets.",
    types: ["aws:s3/bucketObjectv2:BucketObjectv2"],
    violation: ({ inputs }: PolicyResource) => {
      const kind = typeof inputs.content === "string" ? kindOf(inputs.content) : undefined;
      return kind && `has ${kind} in it`;
    },
  },
];

const kindOf = (text: string): string | undefined =>
  Object.entries(SECRETS).find(([, pattern]) => pattern.test(text))?.[0];
