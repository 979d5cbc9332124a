/**
 * How a function inside Lambda reaches the brokers. Everything here runs inside the function (it is captured into the bundles), so it
 * reads the environment when called.
 */

/**
 * Settings for kafkajs from what `EventBus` links provide: `KAFKA_BROKERS` lists the brokers; with `KAFKA_SECURITY=iam` clients sign
 * in as the function's role (MSK IAM access control: SASL OAUTHBEARER with a presigned token, over TLS), with `none` they do not.
 */
export const kafkaSettings = () => ({
  brokers: (process.env.KAFKA_BROKERS ?? "").split(","),
  ...(process.env.KAFKA_SECURITY === "iam" ? iamSignIn() : {}),
});

const iamSignIn = () => {
  // Loaded where it is needed only: it brings a good part of the AWS SDK.
  const { generateAuthToken }: typeof import("aws-msk-iam-sasl-signer-js") = require("aws-msk-iam-sasl-signer-js");
  return {
    ssl: true,
    sasl: {
      mechanism: "oauthbearer" as const,
      oauthBearerProvider: async () => {
        const { token } = await generateAuthToken({ region: process.env.AWS_REGION ?? "" });
        return { value: token };
      },
    },
  };
};
