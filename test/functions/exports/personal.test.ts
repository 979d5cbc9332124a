import assert from "node:assert/strict";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { parse } from "csv-parse/sync";
import { assertProblem, join, newUser, signUp, type User } from "../../support/api";
import { cloudEvent, deliver } from "../../support/events";
import { eventually } from "../../support/eventually";
import { newBalance, newTransaction } from "../../support/ledger";
import { stack } from "../../support/stack";
import { unzip } from "./zip";

/** Asks until the archive is ready; answers the link to it. */
const ready = (user: User): Promise<{ status: string; url: string; expires_at: string }> =>
  eventually(
    "the export is ready",
    async () => {
      const reply = await user.get("/users/me/export");
      if (reply.status === 200) return reply.body;
      assert.equal(reply.status, 202, reply.text);
      assert.deepEqual(reply.body, { status: "pending", url: null, expires_at: null });
      assert.match(reply.headers.get("retry-after") ?? "", /^\d+$/);
      return undefined;
    },
    60_000,
  );

const fetchArchive = async (url: string) => {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/zip");
  assert.equal(response.headers.get("content-disposition"), 'attachment; filename="ahorro.zip"');
  return unzip(Buffer.from(await response.arrayBuffer()));
};

const keysOf = async ({ user_id }: User): Promise<string[]> => {
  const { endpoints } = await stack();
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new S3Client({ endpoint: endpoints.s3.endpoint, region: "eu-west-1", credentials });
  const [Bucket] = endpoints.s3.buckets.filter((name) => name.includes("exports"));
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: `${user_id}/` }));
  client.destroy();
  return Contents.map(({ Key }) => String(Key));
};

describe("GET /users/me/export", () => {
  it("gives everything that is stored of the caller, and nothing of others", async () => {
    const [ana, luis, stranger] = await Promise.all([newUser("Ana Ñandú"), newUser("Luis"), newUser("Stranger")]);
    const { group_id } = (await ana.post("/groups", { name: "Family" })).body;
    await join(ana, group_id, luis, "admin");
    await ana.post(`/groups/${group_id}/invites`, { email: "emma@example.com" });
    const wallet = await newBalance(ana, { name: "Wallet", opening_amount: "100" });
    const closed = await newBalance(ana, { name: "Closed" });
    await ana.delete(`/balances/${closed.balance_id}`);
    const kept = await newTransaction(ana, {
      from_balance_id: wallet.balance_id,
      description: "=1+1",
      entries: [{ amount: "10.00", description: "Bread" }],
    });
    const deleted = await newTransaction(ana, { from_balance_id: wallet.balance_id });
    await ana.delete(`/transactions/${deleted.transaction_id}`);
    const pending = await newTransaction(ana, { from_balance_id: wallet.balance_id, approved: false });
    const others = await newBalance(luis);
    await newTransaction(luis, { from_balance_id: others.balance_id });
    const { category_id } = (await ana.post(`/categories/${ana.user_id}`, { name: "Bakery", type: "expense" })).body;

    const files = await fetchArchive((await ready(ana)).url);
    assert.deepEqual(Object.keys(files), [
      "README.txt",
      "profile.json",
      "groups.json",
      "invites.json",
      "balances.json",
      "transactions.csv",
      "transactions.json",
      "categories.json",
    ]);
    const json = (name: string) => JSON.parse(files[name] ?? "");
    const { email, name, user_id, default_currency } = json("profile.json");
    assert.deepEqual([email, name, user_id, default_currency], [ana.email, "Ana Ñandú", ana.user_id, "EUR"]);
    const groups: { name: string; role: string; personal: boolean }[] = json("groups.json");
    assert.deepEqual(groups.map(({ name, role, personal }) => [name, role, personal]).sort(), [
      ["Family", "owner", false],
      ["Personal", "owner", true],
    ]);
    const invites: { sent: { invitee_email: string; status: string }[]; received: unknown[] } = json("invites.json");
    assert.deepEqual(
      invites.sent.map(({ invitee_email, status }) => [invitee_email, status]),
      [
        [luis.email, "accepted"],
        ["emma@example.com", "pending"],
      ],
    );
    assert.deepEqual(invites.received, []);
    assert.doesNotMatch(files["invites.json"] ?? "", /invite_code/);
    const balances: { name: string; amount: string; deleted_at: string | null }[] = json("balances.json");
    assert.deepEqual(
      balances.map(({ name, amount, deleted_at }) => [name, amount, deleted_at !== null]),
      [
        ["Wallet", "90.00", false],
        ["Closed", "0.00", true],
      ],
    );
    const transactions: { transaction_id: string; deleted_at: string | null }[] = json("transactions.json").items;
    assert.deepEqual(
      transactions.map(({ transaction_id }) => transaction_id),
      [kept, deleted, pending].map(({ transaction_id }) => transaction_id),
    );
    assert.deepEqual(transactions[0], kept);
    assert.notEqual(transactions[1]?.deleted_at, null);
    const lines: Record<string, string>[] = parse(files["transactions.csv"] ?? "", { columns: true });
    assert.deepEqual(
      lines.map(({ transaction_id }) => transaction_id),
      transactions.map(({ transaction_id }) => transaction_id),
    );
    assert.equal(lines[0]?.description, "'=1+1");
    assert.ok(
      json("categories.json").some((category: { category_id: string }) => category.category_id === category_id),
    );
    const all = Object.values(files).join();
    for (const other of [stranger.user_id, stranger.email, others.balance_id]) assert.ok(!all.includes(other));

    const received = JSON.parse((await fetchArchive((await ready(luis)).url))["invites.json"] ?? "").received;
    assert.deepEqual(
      received.map(({ group_id, role }: { group_id: string; role: string }) => [group_id, role]),
      [[group_id, "admin"]],
    );
  });

  it("is made once for several who ask at once, and kept: later links lead to the same", async () => {
    const user = await newUser();
    const asked = await Promise.all(Array.from({ length: 5 }, () => user.get("/users/me/export")));
    assert.ok(asked.every(({ status }) => status === 202 || status === 200));
    const first = await ready(user);
    const second = await ready(user);
    const path = ({ url }: { url: string }) => new URL(url).pathname;
    assert.equal(path(first), path(second));
    assert.deepEqual((await keysOf(user)).length, 2);
    const left = Date.parse(second.expires_at) - Date.now();
    assert.ok(left > 14 * 60_000 && left <= 15 * 60_000, second.expires_at);
    assert.equal(new URL(second.url).searchParams.get("X-Amz-Expires"), "900");
  });

  it("is good for who has the link as it was signed, and for nobody's other files", async () => {
    const [user, other] = await Promise.all([newUser(), newUser()]);
    const [{ url }] = await Promise.all([ready(user), ready(other)]);
    const changed = new URL(url);
    changed.pathname = changed.pathname.replace(user.user_id, other.user_id);
    assert.equal((await fetch(changed)).status, 403);
    const unsigned = new URL(url);
    unsigned.search = "";
    assert.equal((await fetch(unsigned)).status, 403);
  });

  it("reads many transactions, page by page", async () => {
    const user = await newUser();
    const { balance_id } = await newBalance(user);
    const description = "ñ".repeat(500);
    for (let batch = 0; batch < 2; batch += 1) {
      const items = Array.from({ length: 800 }, () => ({
        type: "income",
        amount: "1.00",
        from_balance_id: balance_id,
        description,
      }));
      assert.equal((await user.post("/transactions/batch", { items })).status, 207);
    }
    const files = await fetchArchive((await ready(user)).url);
    const { items } = JSON.parse(files["transactions.json"] ?? "");
    assert.equal(new Set(items.map(({ transaction_id }: { transaction_id: string }) => transaction_id)).size, 1600);
    assert.equal(parse(files["transactions.csv"] ?? "", { columns: true }).length, 1600);
  });

  it("says nothing of who never registered", async () => {
    const user = await signUp();
    const files = await fetchArchive((await ready(user)).url);
    assert.deepEqual([files["profile.json"], files["groups.json"]], ["null\n", "[]\n"]);
  });

  it("is gone with the account, and is not made again", async () => {
    const user = await newUser();
    const { url } = await ready(user);
    assert.equal((await user.delete("/users/me")).status, 204);
    await deliver("exports-consumer", cloudEvent("UserDeleted", user.user_id, { user_id: user.user_id }));
    assert.equal((await fetch(url)).status, 404);
    assert.deepEqual(await keysOf(user), [`${user.user_id}/export.json`]);
    assertProblem(await user.get("/users/me/export"), 404, "user_not_registered");
    await deliver("exports-consumer", cloudEvent("UserDeleted", user.user_id, { user_id: user.user_id }));
  });
});
