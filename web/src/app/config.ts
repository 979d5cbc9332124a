/** What the program tells the app where it is deployed: `/config.json`. */
export interface AppConfig {
  /** Where the API is; a path on the app's own origin. */
  api: string;
  region: string;
  userPoolId: string;
  userPoolClientId: string;
  /** Only where Cognito is not AWS's own. */
  cognitoEndpoint?: string;
  authFlow: "USER_SRP_AUTH" | "USER_PASSWORD_AUTH";
}

let loading: Promise<AppConfig> | undefined;

/** Read once. @throws Error when it cannot be read; the next call tries again. */
export const loadConfig = (): Promise<AppConfig> => {
  loading ??= fetchConfig().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
};

async function fetchConfig(): Promise<AppConfig> {
  const response = await fetch("/config.json");
  if (!response.ok) throw new Error(`/config.json was answered ${response.status}.`);
  return (await response.json()) as AppConfig;
}
