/** A refusal as S3 has it ("Error responses", Amazon S3 API Reference). */
export interface S3Refusal {
  status: number;
  code: string;
  message: string;
}

/** A throwable refusal. */
export const refusal = (status: number, code: string, message: string): Error & { s3: S3Refusal } =>
  Object.assign(new Error(message), { s3: { status, code, message } });

/** The refusal that an error carries, if it is one of ours. */
export const refusalOf = (error: unknown): S3Refusal | undefined =>
  error instanceof Error && "s3" in error ? (error.s3 as S3Refusal) : undefined;

/** For what AWS has and this machine has not: refused by name rather than ignored. */
export const notEmulated = (what: string) =>
  refusal(501, "NotImplemented", `${what} of S3 is not emulated on this machine.`);

export const noSuchBucket = (bucket: string) =>
  refusal(404, "NoSuchBucket", `The specified bucket does not exist: "${bucket}" is not declared by the program.`);

export const noSuchKey = () => refusal(404, "NoSuchKey", "The specified key does not exist.");

export const noSuchUpload = () =>
  refusal(404, "NoSuchUpload", "The specified multipart upload does not exist. It may have been aborted or completed.");

export const preconditionFailed = () =>
  refusal(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

export const invalid = (message: string) => refusal(400, "InvalidArgument", message);
