/** The rules as Pulumi's engine asks for them: `pulumi preview --policy-pack policy`, and so `pulumi up`. */
import { PolicyPack } from "@pulumi/policy";
import { policyOf } from "./pack";
import { RULES } from "./rules";

new PolicyPack("ahorro", { enforcementLevel: "mandatory", policies: RULES.map(policyOf) });
