/**
 * How a function inside Lambda reaches its database. Everything here runs inside the function (it is captured into the
 * bundles), so it reads the environment when called and loads the signing code only when a token has to be made.
 */

/** Fits both `pg` (as `user`) and postgres.js (as `username`): each calls `password` anew for every connection. */
export interface ConnectionSettings {
  host: string;
  port: number;
  database: string;
  username: string;
  password: string | (() => Promise<string>);
  ssl: false | { rejectUnauthorized: true };
}

/** What an RDS IAM authentication token is made of. */
export interface TokenRequest {
  host: string;
  port: number;
  username: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** The moment the token's 15 minutes begin; now unless given. */
  signingDate?: Date;
}

/**
 * Settings from DATABASE_HOST, DATABASE_PORT, DATABASE_NAME and DATABASE_USER (or another prefix), which `Database.link` provides.
 * libpq's own variables PGPASSWORD and PGSSLMODE=disable are honoured, for a server that takes passwords; without
 * them the password is an IAM token and TLS with a verified certificate is demanded.
 * @throws Error naming the variable that is missing or wrong.
 */
export function connectionSettings(prefix = "DATABASE"): ConnectionSettings {
  const host = requiredVariable(`${prefix}_HOST`);
  const port = Number(requiredVariable(`${prefix}_PORT`));
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(
      `The environment variable ${prefix}_PORT is not a port number: "${process.env[`${prefix}_PORT`]}".`,
    );
  }
  const username = requiredVariable(`${prefix}_USER`);
  return {
    host,
    port,
    database: requiredVariable(`${prefix}_NAME`),
    username,
    password:
      process.env.PGPASSWORD ??
      (() =>
        createToken({
          host,
          port,
          username,
          region: requiredVariable("AWS_REGION"),
          credentials: functionCredentials(),
        })),
    ssl: process.env.PGSSLMODE === "disable" ? false : { rejectUnauthorized: true },
  };
}

/**
 * An RDS IAM authentication token: a presigned `connect` request without its scheme, valid for 15 minutes for opening
 * connections. Made locally, without a network call. Algorithm: "IAM database authentication for MariaDB, MySQL, and
 * PostgreSQL" in the Aurora user guide, as `@aws-sdk/rds-signer` does it.
 */
export async function createToken(request: TokenRequest): Promise<string> {
  // Loaded on first use: a function that is given a password never pays for the signing code.
  const { SignatureV4 }: typeof import("@smithy/signature-v4") = require("@smithy/signature-v4");
  const { Sha256 }: typeof import("@aws-crypto/sha256-js") = require("@aws-crypto/sha256-js");

  const { host, port, username, region, credentials, signingDate } = request;
  const signer = new SignatureV4({ service: "rds-db", region, credentials, sha256: Sha256 });
  const presigned = await signer.presign(
    {
      method: "GET",
      protocol: "https:",
      hostname: host,
      port,
      path: "/",
      query: { Action: "connect", DBUser: username },
      headers: { host: `${host}:${port}` },
    },
    { expiresIn: 900, ...(signingDate && { signingDate }) },
  );
  const query = Object.entries(presigned.query ?? {})
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
    .join("&");
  return `${host}:${port}/?${query}`;
}

function functionCredentials(): TokenRequest["credentials"] {
  const sessionToken = process.env.AWS_SESSION_TOKEN;
  return {
    accessKeyId: requiredVariable("AWS_ACCESS_KEY_ID"),
    secretAccessKey: requiredVariable("AWS_SECRET_ACCESS_KEY"),
    ...(sessionToken && { sessionToken }),
  };
}

function requiredVariable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is not set.`);
  return value;
}
