import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { HttpApi } from "../../components/http-api";
import type { Identity } from "../../components/identity";
import { WebApp, type WebAppArgs } from "../../components/web-app";
import { readWebFiles } from "../../components/web-app/files";

export interface WebServiceArgs
  extends Pick<WebAppArgs, "priceClass" | "hostName" | "firewallArn" | "logRetentionDays"> {
  api: HttpApi;
  identity: Identity;
  region: string;
  /** Whether clients may send the password itself: then the app does so, instead of SRP. */
  passwordSignIn: boolean;
  /** The categories that everybody starts with, as JSON. */
  catalogue: string;
}

/** What the app reads from `/config.json` when it starts. */
interface ClientConfig {
  /** Base path of the API. */
  api: string;
  region: string;
  userPoolId: string;
  userPoolClientId: string;
  /** Where Cognito is. */
  cognitoEndpoint: string;
  /** How people sign in, in Cognito's and Amplify's words. */
  authFlow: "USER_SRP_AUTH" | "USER_PASSWORD_AUTH";
}

/** The web app: its files, what it has to know of this stack, and the catalogue of categories for everybody. */
export class WebService extends pulumi.ComponentResource {
  /** Where people open it. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: WebServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:web:WebService", name, {}, opts);
    const { api, identity, priceClass, hostName, firewallArn, logRetentionDays } = args;
    const app = new WebApp(
      name,
      {
        // Until there is an app, only what the program adds to it is served.
        files: existsSync("web/vite.config.ts") ? readWebFiles("web/dist", "npm run build:web") : [],
        documents: {
          "config.json": { content: pulumi.jsonStringify(clientConfig(args)), cacheControl: "no-cache" },
          "static/categories.json": { content: args.catalogue, cacheControl: "public, max-age=3600" },
        },
        apiUrl: api.url,
        apiHeader: api.originHeader,
        firewallArn,
        connectTo: [identity.endpoint],
        priceClass,
        hostName,
        logRetentionDays,
      },
      { parent: this },
    );
    this.url = app.url;
    this.registerOutputs();
  }
}

const clientConfig = ({ identity, region, passwordSignIn }: WebServiceArgs): pulumi.Output<ClientConfig> =>
  pulumi.output({
    api: "/api",
    region,
    userPoolId: identity.userPoolId,
    userPoolClientId: identity.clientId,
    cognitoEndpoint: identity.endpoint,
    authFlow: passwordSignIn ? ("USER_PASSWORD_AUTH" as const) : ("USER_SRP_AUTH" as const),
  });
