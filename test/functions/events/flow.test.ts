/** What one service learns of another by events only, seen from outside: through the API, with relays, broker and consumers between. */
import assert from "node:assert/strict";
import type { Mail } from "../../../local/mail";
import { newGroup, newUser } from "../../support/api";
import { eventually } from "../../support/eventually";
import { newBalance } from "../../support/ledger";
import { stack, withEvents } from "../../support/stack";

/** So long may it take until other services know, once all of them are awake. */
const A_SECOND = 1_000;

async function codeMailedTo(address: string): Promise<string | undefined> {
  const { endpoints } = await stack();
  const response = await fetch(endpoints.mail, { headers: { accept: "application/json" } });
  const mails = (await response.json()) as Mail[];
  const mail = mails.find(({ to }) => to === address);
  return /\/join\/([\w-]+)/.exec(mail?.text ?? "")?.[1];
}

describe("From commit to effect", () => {
  it("invites by mail; shows balances to whoever joins, within a second, and no longer to whoever leaves", () =>
    withEvents(async () => {
      const { group_id, owner } = await newGroup();
      // Also wakes what has been idle.
      const balance = await eventually("the owner's own group known to the ledger", async () => {
        const reply = await owner.post(`/balances/${owner.user_id}`, { name: "House", currency: "EUR", group_id });
        return reply.status === 201 ? reply.body : undefined;
      });
      const guest = await newUser();
      await newBalance(guest);
      const path = `/balances/${group_id}`;
      await owner.post(`/groups/${group_id}/invites`, { email: guest.email });
      const code = await eventually("the invitation", () => codeMailedTo(guest.email));

      assert.equal((await guest.get(path)).status, 404);
      assert.equal((await guest.post(`/groups/join/${code}`)).status, 200);
      const seen = await eventually(
        "the group's balances",
        async () => {
          const reply = await guest.get(path);
          return reply.status === 200 ? reply.body.items : undefined;
        },
        A_SECOND,
      );
      assert.deepEqual(
        seen.map(({ balance_id }: { balance_id: string }) => balance_id),
        [balance.balance_id],
      );

      assert.equal((await guest.delete(`/groups/${group_id}/members/${guest.user_id}`)).status, 204);
      await eventually(
        "no access any more",
        async () => ((await guest.get(path)).status === 404 ? true : undefined),
        A_SECOND,
      );
    }));
});
