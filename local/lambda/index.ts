export { functionsOf } from "./definition";
export { createLambdaHost } from "./host";
export type {
  FailureReason,
  FunctionDefinition,
  InvocationError,
  InvocationResult,
  LambdaHost,
  LambdaHostOptions,
  LogEntry,
} from "./types";
