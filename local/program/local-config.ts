/**
 * Configuration of the stack `local`, in the engine's form. It has no Pulumi.local.yaml, since it is never deployed: it is dev's
 * shape on embedded services, with sign-in by password, because cognito-local does not speak SRP.
 */
export const localConfig = (): Record<string, string> => ({
  "aws:region": "eu-west-1",
  "pulumi:disable-default-providers": JSON.stringify(["aws"]),
  "ahorro:network": JSON.stringify({ availabilityZones: 2, natGateways: "None", awsAccess: "endpoints" }),
  "ahorro:database": JSON.stringify({
    clusters: "shared",
    minCapacity: 0,
    maxCapacity: 1,
    autoPauseSeconds: 300,
    instances: 1,
    backupRetentionDays: 1,
    ownKey: false,
    deletionProtection: false,
  }),
  "ahorro:identity": JSON.stringify({ deletionProtection: false, passwordSignIn: true }),
  "ahorro:api": JSON.stringify({ requestsPerSecond: 10_000, burst: 5_000, corsOrigins: ["http://localhost:5173"] }),
  "ahorro:categories": JSON.stringify({ halfLifeDays: 30, deletionProtection: false }),
  "ahorro:events": JSON.stringify({
    broker: "serverless",
    sweep: "rate(1 minute)",
    deletionProtection: false,
  }),
  "ahorro:ledger": JSON.stringify({ check: "rate(1 hour)" }),
  "ahorro:mail": JSON.stringify({ identity: "ahorro.localhost", from: "no-reply@ahorro.localhost" }),
  // Nothing leaves the laptop unless it is wished for.
  "ahorro:rates": JSON.stringify(process.env.ECB_URL ? { feedUrl: process.env.ECB_URL } : {}),
  "ahorro:web": JSON.stringify({ priceClass: "PriceClass_100" }),
  // Served by loopback addresses: no name of its own would lead there.
  "ahorro:domain": JSON.stringify({}),
  "ahorro:edge": JSON.stringify({ originKeys: [], originRequired: false }),
  "ahorro:lake": JSON.stringify({ keepDays: 400, scanLimitGb: 1, deletionProtection: false }),
  // None rings on a laptop; all are declared, so that tests see what they watch.
  "ahorro:alarms": JSON.stringify({
    mails: [],
    dashboard: true,
    ledger: true,
    deadLetters: true,
    apiErrorPercent: 1,
    apiLatencyMs: 1000,
    relayLagSeconds: 120,
    consumerLagEvents: 1000,
    databaseCapacityPercent: 80,
    monthlyBudget: 1,
  }),
  "ahorro:delivery": "{}",
  "ahorro:logs": JSON.stringify({ retentionDays: 1 }),
});
