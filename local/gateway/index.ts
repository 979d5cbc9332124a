export { definitionOf } from "./definition";
export { startGateway } from "./server";
export type {
  CorsConfiguration,
  Gateway,
  GatewayAuthorizer,
  GatewayDefinition,
  GatewayLogEntry,
  GatewayOptions,
  GatewayRoute,
} from "./types";
