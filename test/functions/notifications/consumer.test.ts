import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { notificationsConsumer } from "../../../functions/notifications/consumer";
import type { CloudEvent } from "../../../functions/runtime/consumer";
import type { Item, Table } from "../../../functions/runtime/dynamodb";
import type { Message } from "../../../functions/runtime/mail";
import type { Mail } from "../../../local/mail";
import { newUser } from "../../support/api";
import { deadLetters } from "../../support/dead-letters";
import { cloudEvent, deliver, eventsOf, mskEvent } from "../../support/events";
import { stack } from "../../support/stack";

const CONSUMER = "notifications-consumer";

/** What arrived at an address, the newest first. */
async function mailsTo(address: string): Promise<Mail[]> {
  const { endpoints } = await stack();
  const response = await fetch(endpoints.mail, { headers: { accept: "application/json" } });
  return ((await response.json()) as Mail[]).filter(({ to }) => to === address);
}

const invited = (more: Record<string, unknown> = {}): CloudEvent => {
  const group_id = randomUUID();
  return cloudEvent("UserInvitedGroup", group_id, {
    group_id,
    name: "Family",
    inviter_name: "Ana",
    email: `${randomUUID()}@example.com`,
    code: "Zm9vYmFyLWJhel9xdXV4eA",
    expires_at: new Date(Date.now() + 7 * 86_400_000).toISOString(),
    locale: "en",
    ...more,
  });
};

describe("The notifications consumer", () => {
  it("mails an invitation with a link and a code that let the invited person in", async () => {
    const [owner, guest] = await Promise.all([newUser("Ana García"), newUser("Luis")]);
    await owner.put("/users/me", { name: "Ana García", locale: "es-ES" });
    const { group_id } = (await owner.post("/groups", { name: "Casa & Co" })).body;
    const invite = (await owner.post(`/groups/${group_id}/invites`, { email: guest.email })).body;
    await deliver(CONSUMER, ...(await eventsOf("users", group_id)));
    const [mail, ...more] = await mailsTo(guest.email);
    assert.equal(more.length, 0);
    const { endpoints } = await stack();
    const link = `${endpoints.web}/join/${invite.invite_code}`;
    assert.equal(mail?.subject, "Ana García te invita a «Casa & Co» en Ahorro");
    assert.ok(mail?.text.includes(link));
    assert.ok(mail?.html?.includes(`href="${link}"`));
    assert.ok(Math.abs(Date.parse(mail?.sent_at ?? "") - Date.now()) < 60_000);
    const [, code = ""] = /\/join\/([\w-]+)/.exec(mail?.text ?? "") ?? [];
    assert.equal((await guest.post(`/groups/join/${code}`)).status, 200);
  });

  it("mails once, however often an event comes, and each invitation by itself", async () => {
    const event = invited();
    const address = String(event.data.email);
    await deliver(CONSUMER, event, event);
    await deliver(CONSUMER, event);
    assert.equal((await mailsTo(address)).length, 1);
    await deliver(CONSUMER, event, invited({ email: address }));
    assert.equal((await mailsTo(address)).length, 2);
  });

  it("does not mail what has expired", async () => {
    const event = invited({ expires_at: new Date(Date.now() - 1000).toISOString() });
    await deliver(CONSUMER, event);
    assert.deepEqual(await mailsTo(String(event.data.email)), []);
  });

  it("sets aside what it cannot send, and does not say the code", async () => {
    for (const [more, where] of [
      [{ email: null }, "email"],
      [{ code: ["Zm9vYmFyLWJhel9xdXV4eA"] }, "code"],
      [{ expires_at: "soon" }, "expires_at"],
      [{ name: null }, "name"],
    ] as const) {
      const event = invited(more);
      await deliver(CONSUMER, event);
      const [letter] = await deadLetters({ group: "notifications" }, event.id);
      assert.ok(
        letter?.error.startsWith(`Error: The UserInvitedGroup ${event.id} is not as expected: data.${where}: `),
      );
      assert.ok(!letter?.error.includes(String(event.data.code)));
    }
  });

  describe("when SES or its table fail", () => {
    /** A table in memory. */
    const memory = () => {
      const items = new Map<string, Item>();
      const table = {
        get: async ({ event_id = "" }) => items.get(event_id),
        put: async (item: Item) => {
          items.set(item.event_id, item);
          return true;
        },
      };
      return { items, table: table as unknown as Table };
    };

    it("remembers only what was sent, until the invite expires", async () => {
      const { items, table } = memory();
      let fails = true;
      const sent: Message[] = [];
      const handle = notificationsConsumer({
        sent: table,
        webUrl: "https://app.example.com",
        send: async (message) => {
          if (fails) throw Object.assign(new Error("throttled"), { name: "TooManyRequestsException" });
          sent.push(message);
        },
      });
      const event = invited({ expires_at: "2099-01-01T00:00:00.500Z" });
      await assert.rejects(handle(mskEvent([event])), /throttled/);
      assert.equal(items.size, 0);
      fails = false;
      await handle(mskEvent([event]));
      await handle(mskEvent([event]));
      assert.equal(sent.length, 1);
      const { sent_at, ...note } = items.get(event.id) ?? {};
      assert.deepEqual(note, { event_id: event.id, expires_at: Date.UTC(2099, 0, 1) / 1000 + 1 });
      assert.ok(Number.isFinite(Date.parse(sent_at)));
    });

    it("does not send again because a note could not be taken", async () => {
      const { table } = memory();
      const failing = { ...table, put: () => Promise.reject(new Error("table is gone")) };
      let sent = 0;
      const send = async () => {
        sent += 1;
      };
      const handle = notificationsConsumer({ sent: failing, send, webUrl: "https://app.example.com" });
      const said = console.error;
      const messages: unknown[] = [];
      console.error = (message) => messages.push(message);
      try {
        await handle(mskEvent([invited()]));
      } finally {
        console.error = said;
      }
      assert.equal(sent, 1);
      assert.match(JSON.stringify(messages), /could not be remembered.*table is gone/);
    });
  });
});
