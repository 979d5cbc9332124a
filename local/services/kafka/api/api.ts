import type { BrokerState } from "../broker-state";
import type { Coordinator } from "../groups/coordinator";
import type { Topics } from "../log/topics";
import type { Reader } from "../protocol/reader";
import type { Writer } from "../protocol/writer";

/** What all requests have to do with. */
export interface Broker {
  nodeId: number;
  /** Where clients are told to find the broker. */
  advertised: { host: string; port: number };
  state: BrokerState;
  topics: Topics;
  coordinator: Coordinator;
  log: (line: string) => void;
}

/** The connection that a request came over. */
export interface Connection {
  clientId: string;
  /** Address of the client, for people. */
  host: string;
  /** The mechanism that SaslHandshake agreed on; authentication comes next. */
  saslMechanism: string | undefined;
  /** Calls `stop` should the connection close before the returned function is called. */
  onClose(stop: () => void): () => void;
}

export interface Request {
  version: number;
  body: Reader;
  connection: Connection;
}

/** The body of a response, or null when the request wants none. */
export type Answer = Writer | null | Promise<Writer | null>;

/**
 * One API of the Kafka protocol: its number and schemas by version are in kafka.apache.org/protocol. Its versions are the
 * ones that ApiVersions advertises.
 */
export interface Api {
  key: number;
  name: string;
  versions: { min: number; max: number };
  /** @throws ProtocolError when the request is not what its version says; the connection is closed. */
  handle(request: Request, broker: Broker): Answer;
}
