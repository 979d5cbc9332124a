import type { FunctionDefinition } from "./types";

/** What all functions of a host share. */
export interface EnvironmentOptions {
  region: string;
  extraEnvironment: Record<string, string>;
}

/** What functions sign with. */
export const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
  AWS_SESSION_TOKEN: "local",
} as const;

/**
 * The complete environment of one instance: declared variables, Lambda's reserved ones (which a function cannot override,
 * as on AWS), then the host's. Nothing of the parent process's environment is in it.
 * Source: AWS Lambda Developer Guide, "Defined runtime environment variables".
 */
export function environmentOf(
  definition: FunctionDefinition,
  logStreamName: string,
  options: EnvironmentOptions,
): Record<string, string> {
  const environment: Record<string, string> = {
    ...definition.environment,
    AWS_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    ...CREDENTIALS,
    LAMBDA_TASK_ROOT: definition.directory,
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    LANG: "en_US.UTF-8",
    PATH: "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    TZ: ":UTC",
    _HANDLER: definition.handler,
    ...options.extraEnvironment,
  };
  // Points into Lambda's own file system; here Node would only warn that the file is missing.
  delete environment.NODE_EXTRA_CA_CERTS;
  return environment;
}
