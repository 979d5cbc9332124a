import type { Rule } from "../rule";
import { accessRules } from "./access";
import { encryptionRules } from "./encryption";
import { exposureRules } from "./exposure";
import { functionRules } from "./functions";
import { identityRules } from "./identity";
import { observationRules } from "./observation";
import { recoveryRules } from "./recovery";
import { secretRules } from "./secrets";
import { tagRules } from "./tags";
import { transportRules } from "./transport";

/** What has to hold of every stack. */
export const RULES: Rule[] = [
  ...encryptionRules,
  ...transportRules,
  ...accessRules,
  ...exposureRules,
  ...recoveryRules,
  ...functionRules,
  ...observationRules,
  ...identityRules,
  ...secretRules,
  ...tagRules,
];
