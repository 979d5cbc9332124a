import type { EndpointTable } from "../runtime/endpoint";
import type { Sql } from "../runtime/postgres";
import { accountEndpoints } from "./account";
import { groupEndpoints } from "./groups";
import { inviteEndpoints } from "./invites";
import { memberEndpoints } from "./members";

/** The whole users service: accounts, groups, memberships, invites. */
export const usersEndpoints = (): EndpointTable<Sql> => ({
  ...accountEndpoints(),
  ...groupEndpoints(),
  ...inviteEndpoints(),
  ...memberEndpoints(),
});
