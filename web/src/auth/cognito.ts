/** Cognito, through Amplify; this module and the library are loaded when first needed. */
import { Amplify } from "aws-amplify";
import * as auth from "aws-amplify/auth";
import { type AppConfig, loadConfig } from "../app/config";
import { setSession } from "./session";

let configured: Promise<AppConfig> | undefined;

const configure = (): Promise<AppConfig> => {
  configured ??= loadConfig().then(
    (config) => {
      const { userPoolId, userPoolClientId, cognitoEndpoint } = config;
      Amplify.configure({
        Auth: {
          Cognito: {
            userPoolId,
            userPoolClientId,
            loginWith: { email: true },
            ...(cognitoEndpoint && { userPoolEndpoint: cognitoEndpoint }),
          },
        },
      });
      return config;
    },
    (error: unknown) => {
      configured = undefined;
      throw error;
    },
  );
  return configured;
};

/** What has to be done before somebody is signed in. */
export type NextStep = "done" | "confirm_sign_up" | "totp" | "unsupported";

export async function signIn(email: string, password: string): Promise<NextStep> {
  const { authFlow } = await configure();
  // A session that was left behind would make Amplify refuse.
  await auth.signOut().catch(() => undefined);
  const { nextStep } = await auth.signIn({ username: email, password, options: { authFlowType: authFlow } });
  return afterStep(nextStep.signInStep);
}

export const confirmTotp = async (code: string): Promise<NextStep> =>
  afterStep((await auth.confirmSignIn({ challengeResponse: code })).nextStep.signInStep);

async function afterStep(step: string): Promise<NextStep> {
  if (step === "CONFIRM_SIGN_UP") return "confirm_sign_up";
  if (step === "CONFIRM_SIGN_IN_WITH_TOTP_CODE") return "totp";
  if (step !== "DONE") return "unsupported";
  const { tokens } = await auth.fetchAuthSession();
  const claims = tokens?.idToken?.payload;
  setSession({ userId: String(claims?.sub), email: String(claims?.email ?? "") });
  return "done";
}

export async function signUp(email: string, password: string, name: string | undefined): Promise<void> {
  await configure();
  await auth.signUp({ username: email, password, options: { userAttributes: { email, ...(name && { name }) } } });
}

export async function confirmSignUp(email: string, code: string): Promise<void> {
  await configure();
  await auth.confirmSignUp({ username: email, confirmationCode: code });
}

export async function resendCode(email: string): Promise<void> {
  await configure();
  await auth.resendSignUpCode({ username: email });
}

export async function forgotPassword(email: string): Promise<void> {
  await configure();
  await auth.resetPassword({ username: email });
}

export async function setNewPassword(email: string, code: string, password: string): Promise<void> {
  await configure();
  await auth.confirmResetPassword({ username: email, confirmationCode: code, newPassword: password });
}

/** The ID token; undefined when nobody is signed in. @throws an error of the network. */
export async function currentTokens(refresh: boolean): Promise<string | undefined> {
  await configure();
  const { tokens } = await auth.fetchAuthSession({ forceRefresh: refresh });
  return tokens?.idToken?.toString();
}

export async function signOut(): Promise<void> {
  await configure();
  await auth.signOut().catch(() => undefined);
}

/** An app that makes codes for the second factor: what it needs to know, and whether it is in use. */
export async function totpState(): Promise<"on" | "off"> {
  await configure();
  return (await auth.fetchMFAPreference()).enabled?.includes("TOTP") ? "on" : "off";
}

export async function startTotp(email: string): Promise<{ secret: string; uri: string }> {
  await configure();
  const details = await auth.setUpTOTP();
  return { secret: details.sharedSecret, uri: details.getSetupUri("Ahorro", email).toString() };
}

export async function confirmTotpSetup(code: string): Promise<void> {
  await auth.verifyTOTPSetup({ code });
  await auth.updateMFAPreference({ totp: "PREFERRED" });
}

export async function stopTotp(): Promise<void> {
  await auth.updateMFAPreference({ totp: "DISABLED" });
}

export async function changePassword(oldPassword: string, newPassword: string): Promise<void> {
  await configure();
  await auth.updatePassword({ oldPassword, newPassword });
}
