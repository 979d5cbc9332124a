/** The contracts in the form that is published and compared: JSON Schema. Never captured into a function. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Json, jsonSchemaOf } from "../runtime/json-schema";
import { type EventType, eventTypes } from "./types";

/** What is promised of a type of event. */
export interface Contract {
  topic: string;
  /** The field of `data` that is the key. */
  key: string;
  /** JSON Schema (draft 7) of the whole event. */
  schema: Json;
}

/** By type. */
export type Contracts = Record<string, Contract>;

/** Every type, in the order of the table. */
export const typeNames = Object.keys(eventTypes) as EventType[];

/** As the schemas have them now. */
export const currentContracts = (): Contracts =>
  Object.fromEntries(
    typeNames.map((type) => {
      const { topic, key, schema } = eventTypes[type];
      return [type, { topic, key, schema: jsonSchemaOf(schema(), { target: "draft-07" }) }];
    }),
  );

export const publishedFile = join(__dirname, "published.json");

/** As they were published last: what consumers rely on. */
export const publishedContracts = (): Contracts => JSON.parse(readFileSync(publishedFile, "utf8"));
