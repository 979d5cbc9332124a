import { categoriesEndpoints } from "./categories/endpoints";
import { platformEndpoints } from "./platform/endpoints";
import { openApiDocument } from "./runtime/openapi";
import { usersEndpoints } from "./users/endpoints";

/** The OpenAPI document of the whole API: every service's endpoint table. */
export const apiDocument = (): Record<string, unknown> =>
  openApiDocument([
    { tag: "users", description: "Accounts, groups, memberships and invites", endpoints: usersEndpoints() },
    { tag: "categories", description: "Categories, ranked by use", endpoints: categoriesEndpoints() },
    { tag: "platform", description: "The platform itself", endpoints: platformEndpoints(() => ({})) },
  ]);
