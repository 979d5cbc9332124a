/** The stack that families' money is on. What must not be left to chance there is refused, by configuration (./config.ts) and policy. */
export const PRODUCTION = "prod";
