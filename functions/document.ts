import { analyticsEndpoints } from "./analytics/endpoints";
import { categoriesEndpoints } from "./categories/endpoints";
import { exportsEndpoints } from "./exports/endpoints";
import { platformEndpoints } from "./platform/endpoints";
import { openApiDocument } from "./runtime/openapi";
import { transactionsEndpoints } from "./transactions/endpoints";
import { exportEndpoints } from "./transactions/export";
import { usersEndpoints } from "./users/endpoints";

/** The OpenAPI document of the whole API: every service's endpoint table. */
export const apiDocument = (): Record<string, unknown> =>
  openApiDocument([
    {
      tag: "users",
      description: "Accounts, groups, memberships and invites",
      endpoints: { ...usersEndpoints(), ...exportsEndpoints() },
    },
    {
      tag: "transactions",
      description: "Balances and transactions",
      endpoints: { ...transactionsEndpoints(), ...exportEndpoints() },
    },
    { tag: "categories", description: "Categories, ranked by use", endpoints: categoriesEndpoints() },
    { tag: "analytics", description: "Reports", endpoints: analyticsEndpoints() },
    { tag: "platform", description: "The platform itself", endpoints: platformEndpoints(() => ({})) },
  ]);
