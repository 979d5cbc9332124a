import * as pulumi from "@pulumi/pulumi";
import type { Link } from "./link";

/** Where functions write their metrics, and alarms look: one namespace a stack, as several may live in one account. */
export const metricsNamespace = (): string => `${pulumi.getProject()}-${pulumi.getStack()}`;

/** What a function needs that writes metrics: no rights, as CloudWatch reads them from its log ("Embedding metrics within logs"). */
export const metricsLink = (): Link => ({ environment: { METRICS_NAMESPACE: metricsNamespace() }, statements: [] });
