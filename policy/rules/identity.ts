import { type Rule, unless } from "../rule";

/** Who people are is hard to get wrong. */
export const identityRules: Rule[] = [
  {
    name: "passwords-strong",
    description:
      "Passwords have eight characters at least, of several kinds; a second factor can be set up; a lost password comes back by the verified address.",
    types: ["aws:cognito/userPool:UserPool"],
    violation: ({ inputs: { passwordPolicy: policy, mfaConfiguration, accountRecoverySetting: recovery } }) => {
      if (
        !(policy?.minimumLength >= 8 && policy.requireLowercase && policy.requireUppercase && policy.requireNumbers)
      ) {
        return "takes weak passwords";
      }
      if (!["OPTIONAL", "ON"].includes(mfaConfiguration)) return "offers no second factor";
      const ways = (recovery?.recoveryMechanisms ?? []).map(({ name }: { name: string }) => name);
      return unless(
        ways.join() === "verified_email",
        "gives accounts back by something else than the verified address",
      );
    },
  },
  {
    name: "sign-in-tells-nothing",
    description:
      "Passwords never leave the browser, answers do not tell who has an account, tokens are short-lived and can be revoked.",
    types: ["aws:cognito/userPoolClient:UserPoolClient"],
    violation: ({ inputs }) => {
      const flow = (inputs.explicitAuthFlows ?? []).find((name: string) => /PASSWORD_AUTH$/.test(name));
      if (flow !== undefined) return `allows ${flow}, by which passwords are sent`;
      if (inputs.preventUserExistenceErrors !== "ENABLED") return "tells who has an account";
      return unless(
        inputs.enableTokenRevocation === true &&
          inputs.tokenValidityUnits?.idToken === "minutes" &&
          inputs.idTokenValidity <= 60,
        "has tokens that live longer than an hour, or cannot be revoked",
      );
    },
  },
  {
    name: "databases-sign-in-by-iam",
    description:
      "Functions sign in to databases with IAM tokens; the master password is made and rotated by AWS, and known to nobody.",
    types: ["aws:rds/cluster:Cluster"],
    violation: ({ inputs }) =>
      unless(
        inputs.iamDatabaseAuthenticationEnabled === true &&
          inputs.manageMasterUserPassword === true &&
          inputs.masterPassword === undefined,
        "does not sign in by IAM, or has a master password of its own",
      ),
  },
];
