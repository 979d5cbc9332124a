import type { Api } from "./api";
import { apiVersions } from "./api-versions";
import { fetch } from "./fetch";
import {
  deleteGroups,
  describeGroups,
  findCoordinator,
  heartbeat,
  joinGroup,
  leaveGroup,
  listGroups,
  syncGroup,
} from "./groups";
import { listOffsets } from "./list-offsets";
import { metadata } from "./metadata";
import { offsetCommit, offsetFetch } from "./offsets";
import { produce } from "./produce";
import { initProducerId } from "./producer-id";
import { saslAuthenticate, saslHandshake } from "./sasl";
import { createPartitions, createTopics, deleteTopics, describeConfigs } from "./topics";

/** All that the broker can do, by API key. */
export const APIS: ReadonlyMap<number, Api> = new Map(
  [
    produce,
    fetch,
    listOffsets,
    metadata,
    offsetCommit,
    offsetFetch,
    findCoordinator,
    joinGroup,
    heartbeat,
    leaveGroup,
    syncGroup,
    describeGroups,
    listGroups,
    saslHandshake,
    apiVersions(() => APIS.values()),
    createTopics,
    deleteTopics,
    initProducerId,
    describeConfigs,
    saslAuthenticate,
    createPartitions,
    deleteGroups,
  ].map((api) => [api.key, api]),
);
