import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { cognitoClient } from "../../local/services/cognito-client";
import { newUser, password, signUp } from "../support/api";
import { cloudEvent, deliver, eventsOf } from "../support/events";
import { stack } from "../support/stack";

const CONSUMER = "identity-consumer";

const client = async () => {
  const { endpoint, client_id } = (await stack()).endpoints.cognito;
  return cognitoClient({ endpoint, clientId: client_id });
};

describe("The Cognito user of a deleted account", () => {
  it("is deleted: no more sign-in and renewal, and who comes back with the same address is somebody new", async () => {
    const [user, other] = await Promise.all([newUser(), newUser()]);
    const cognito = await client();
    const { refreshToken } = await cognito.signIn({ email: user.email, password });
    await user.delete("/users/me");
    const events = await eventsOf("users", user.user_id);
    assert.equal(events.at(-1)?.type, "UserDeleted");
    await deliver(CONSUMER, ...events);
    await assert.rejects(cognito.signIn({ email: user.email, password }), { name: "NotAuthorizedException" });
    await assert.rejects(cognito.refresh(refreshToken), { name: "NotAuthorizedException" });
    await cognito.signIn({ email: other.email, password });

    const sub = await cognito.signUp({ email: user.email, password });
    assert.notEqual(sub, user.user_id);
    await deliver(CONSUMER, ...events);
    await assert.rejects(cognito.signIn({ email: user.email, password }), { name: "UserNotConfirmedException" });
  });

  it("may be gone already, or never have been", async () => {
    const user = await signUp();
    const event = cloudEvent("UserDeleted", user.user_id, { user_id: user.user_id });
    await deliver(CONSUMER, event, event);
    const unknown = randomUUID();
    await deliver(CONSUMER, cloudEvent("UserDeleted", unknown, { user_id: unknown }));
  });
});
