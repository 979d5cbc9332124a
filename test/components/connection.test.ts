import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { connectionSettings, createToken } from "../../components/database/connection";

const REQUEST = {
  host: "users.cluster-abc.eu-west-1.rds.amazonaws.com",
  port: 5432,
  username: "users_api",
  region: "eu-west-1",
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI", sessionToken: "FwoG/token+with=signs" },
  signingDate: new Date("2026-11-22T09:30:00Z"),
};

const DATABASE = {
  DATABASE_HOST: "db.example",
  DATABASE_PORT: "5433",
  DATABASE_NAME: "users",
  DATABASE_USER: "users_api",
};

describe("database connection settings", () => {
  const saved = { ...process.env };
  const setEnvironment = (variables: Record<string, string>) => {
    process.env = { ...variables };
  };
  afterEach(() => {
    process.env = { ...saved };
  });

  it("take a password and no TLS where the standard variables say so", () => {
    setEnvironment({ ...DATABASE, PGPASSWORD: "open sesame", PGSSLMODE: "disable" });
    assert.deepEqual(connectionSettings(), {
      host: "db.example",
      port: 5433,
      database: "users",
      username: "users_api",
      password: "open sesame",
      ssl: false,
    });
  });

  it("otherwise demand TLS with a verified certificate, and sign in with a fresh IAM token", async () => {
    setEnvironment({
      ...DATABASE,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "session",
    });
    const { ssl, password } = connectionSettings();
    assert.deepEqual(ssl, { rejectUnauthorized: true });
    assert.ok(typeof password === "function");
    assert.match(await password(), /^db\.example:5433\/\?.*DBUser=users_api.*X-Amz-Security-Token=session/);
  });

  for (const name of Object.keys(DATABASE)) {
    it(`without ${name} say so`, () => {
      setEnvironment({ ...DATABASE, [name]: "" });
      assert.throws(connectionSettings, new RegExp(`${name} is not set`));
    });
  }

  it("with a port that is none say so", () => {
    setEnvironment({ ...DATABASE, DATABASE_PORT: "54x" });
    assert.throws(connectionSettings, /DATABASE_PORT is not a port number: "54x"/);
  });
});

describe("RDS IAM token", () => {
  it("is the presigned connect request without its scheme, signed by Signature Version 4", async () => {
    const url = new URL(`https://${await createToken(REQUEST)}`);
    assert.equal(url.host, "users.cluster-abc.eu-west-1.rds.amazonaws.com:5432");
    assert.equal(url.pathname, "/");
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      Action: "connect",
      DBUser: "users_api",
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": "AKIDEXAMPLE/20261122/eu-west-1/rds-db/aws4_request",
      "X-Amz-Date": "20261122T093000Z",
      "X-Amz-Expires": "900",
      "X-Amz-Security-Token": "FwoG/token+with=signs",
      "X-Amz-SignedHeaders": "host",
      "X-Amz-Signature": signature(url),
    });
  });

  it("differs by user", async () => {
    assert.notEqual(await createToken(REQUEST), await createToken({ ...REQUEST, username: "users_relay" }));
  });
});

/** The signature of a presigned request, written from the AWS page "Create a signed AWS API request". */
function signature(url: URL): string {
  const query = [...url.searchParams]
    .filter(([key]) => key !== "X-Amz-Signature")
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .sort()
    .join("&");
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const canonical = ["GET", "/", query, `host:${url.host}`, "", "host", sha256("")].join("\n");
  const scope = "20261122/eu-west-1/rds-db/aws4_request";
  const toSign = ["AWS4-HMAC-SHA256", "20261122T093000Z", scope, sha256(canonical)].join("\n");
  const key = scope
    .split("/")
    .reduce<string | Buffer>((previous, part) => hmac(previous, part), `AWS4${REQUEST.credentials.secretAccessKey}`);
  return hmac(key, toSign).toString("hex");
}
