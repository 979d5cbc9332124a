/** The resources of the API, of its OpenAPI document. Apart from the client, so that pure modules need no browser. */
import type { components } from "./schema";

type Schemas = components["schemas"];
export type User = Schemas["User"];
export type Group = Schemas["Group"];
export type Member = Schemas["Member"];
export type Invite = Schemas["Invite"];
export type NewInvite = Schemas["NewInvite"];
export type Balance = Schemas["Balance"];
export type Category = Schemas["Category"];
export type Transaction = Schemas["Transaction"];
export type NewTransaction = Schemas["NewTransaction"];
