import assert from "node:assert/strict";
import { deadLetterTopic } from "../../../components/event-bus/names";
import { incompatibilities } from "../../../functions/events/compatibility";
import { currentContracts, publishedContracts, typeNames } from "../../../functions/events/contracts";
import { exampleOf } from "../../../functions/events/examples";
import { eventTypes, parseEvent, topics } from "../../../functions/events/types";
import { publishedValidators } from "./validator";

const USERS = ["UserCreated", "UserUpdated", "UserDeleted"];
const GROUPS = ["GroupCreated", "GroupUpdated", "GroupDeleted", "UserInvitedGroup", "UserJoinedGroup", "UserLeftGroup"];
const TRANSACTIONS = ["TransactionCreated", "TransactionUpdated", "TransactionDeleted"];
const BALANCES = ["BalanceCreated", "BalanceUpdated", "BalanceDeleted"];

describe("The contracts of events", () => {
  it("are those of the fifteen types, each with its topic and key", () => {
    const expected = [
      ...USERS.map((type) => [type, "ahorro.users", "user_id"]),
      ...GROUPS.map((type) => [type, "ahorro.users", "group_id"]),
      ...[...TRANSACTIONS, ...BALANCES].map((type) => [type, "ahorro.transactions", "user_id"]),
    ];
    assert.deepEqual(
      typeNames.map((type) => [type, eventTypes[type].topic, eventTypes[type].key]),
      expected,
    );
    assert.deepEqual(Object.values(topics).map(deadLetterTopic), ["ahorro.users.dlq", "ahorro.transactions.dlq"]);
  });

  it("break nothing that was published", () => {
    assert.deepEqual(incompatibilities(publishedContracts(), currentContracts()), []);
  });

  it("are published as they are (npm run events:publish accepts what was added)", () => {
    assert.deepEqual(currentContracts(), publishedContracts());
  });

  it("have an example each that fits it to the letter, by the schema and by the published JSON Schema", () => {
    const validators = publishedValidators();
    for (const [type, contract] of Object.entries(currentContracts())) {
      const example = exampleOf(contract);
      assert.deepEqual(parseEvent(example), { event: example });
      assert.ok(validators[type]?.(example), JSON.stringify(validators[type]?.errors));
      assert.equal(example.subject, example.data[contract.key]);
    }
  });
});
