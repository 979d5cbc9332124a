/** Tokens of a signed-in user, as JWTs. */
export interface Tokens {
  idToken: string;
  accessToken: string;
  refreshToken: string;
  /** Seconds from now. */
  expiresIn: number;
}

/** What an app does with Cognito for its users, through the unsigned operations of the API. */
export interface CognitoClient {
  /** Registers; a code is sent to the address. Answers the user's `sub`. */
  signUp(user: { email: string; password: string; name?: string }): Promise<string>;
  /** Confirms a registration with the code that was sent. */
  confirm(user: { email: string; code: string }): Promise<void>;
  signIn(user: { email: string; password: string }): Promise<Tokens>;
  /** New ID and access tokens. */
  refresh(refreshToken: string): Promise<Tokens>;
}

/**
 * A client for one app client of a user pool, real or local.
 * Every operation throws an Error that is named as Cognito's exception, e.g. `NotAuthorizedException`.
 *
 * @param endpoint e.g. `http://127.0.0.1:9229` or `https://cognito-idp.eu-west-1.amazonaws.com`.
 */
export function cognitoClient({ endpoint, clientId }: { endpoint: string; clientId: string }): CognitoClient {
  const call = async (operation: string, input: object): Promise<Record<string, unknown>> => {
    const headers = {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
    };
    const response = await fetch(endpoint, {
      method: "POST",
      headers,
      body: JSON.stringify({ ClientId: clientId, ...input }),
    });
    const output: Record<string, unknown> = Object(await response.json().catch(() => ({})));
    if (response.ok) return output;
    const error = new Error(`Cognito ${operation}: ${output.message ?? `HTTP ${response.status}`}`);
    error.name = String(output.__type ?? "Error");
    throw error;
  };
  return {
    async signUp({ email, password, name }) {
      const attributes = Object.entries({ email, ...(name === undefined ? {} : { name }) });
      const UserAttributes = attributes.map(([Name, Value]) => ({ Name, Value }));
      return String((await call("SignUp", { Username: email, Password: password, UserAttributes })).UserSub);
    },
    async confirm({ email, code }) {
      await call("ConfirmSignUp", { Username: email, ConfirmationCode: code });
    },
    async signIn({ email, password }) {
      const AuthParameters = { USERNAME: email, PASSWORD: password };
      return tokensOf(await call("InitiateAuth", { AuthFlow: "USER_PASSWORD_AUTH", AuthParameters }));
    },
    async refresh(refreshToken) {
      const AuthParameters = { REFRESH_TOKEN: refreshToken };
      const tokens = tokensOf(await call("InitiateAuth", { AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters }));
      return { ...tokens, refreshToken };
    },
  };
}

function tokensOf(output: Record<string, unknown>): Tokens {
  if (output.ChallengeName)
    throw new Error(`Cognito asks for ${output.ChallengeName}, which this client does not answer.`);
  const result: Record<string, unknown> = Object(output.AuthenticationResult);
  return {
    idToken: String(result.IdToken),
    accessToken: String(result.AccessToken),
    refreshToken: String(result.RefreshToken ?? ""),
    expiresIn: Number(result.ExpiresIn),
  };
}
