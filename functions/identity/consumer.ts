import { eventHandlers } from "../events/handlers";
import { consumer } from "../runtime/consumer";

/**
 * Deletes the Cognito user of who deleted their account: from then on they cannot sign in, nor renew their tokens. Who signs up with the
 * same address later is somebody new, with another `sub`. An event that comes again finds nobody, which is as well.
 *
 * @throws Cognito's own error when it does not delete.
 */
export const identityConsumer = (userPoolId: string) => {
  // Imported here, not captured: the program itself has no use for the SDK and loads faster without it.
  const {
    AdminDeleteUserCommand,
    CognitoIdentityProviderClient,
  }: typeof import("@aws-sdk/client-cognito-identity-provider") = require("@aws-sdk/client-cognito-identity-provider");
  const client = new CognitoIdentityProviderClient({});

  return consumer(
    eventHandlers({
      UserDeleted: async ({ data }) => {
        // Where people sign in by e-mail address, Cognito's user name is the sub; and that is our user id.
        const { user_id: Username } = data;
        try {
          await client.send(new AdminDeleteUserCommand({ UserPoolId: userPoolId, Username }));
        } catch (error) {
          if (!(error instanceof Error && error.name === "UserNotFoundException")) throw error;
        }
      },
    }),
  );
};
