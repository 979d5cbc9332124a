import { type HttpRequest, type HttpResponse, serveHttp } from "../../local/services/http-server";

/** An invocation as it reached the Lambda API. */
export interface Invocation {
  functionName: string;
  // biome-ignore lint/suspicious/noExplicitAny: what is read of it is asserted
  event: any;
  request: HttpRequest;
}

const VARIABLES = {
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  AWS_SESSION_TOKEN: undefined,
};

/**
 * Stands in for the Lambda API: remembers every invocation, and answers what it is told to. While `run` runs, the environment
 * is that of a function which calls it.
 */
export async function withLambdaEndpoint(
  environment: Record<string, string>,
  run: (
    calls: Invocation[],
    answerWith: (answer: (call: Invocation) => HttpResponse | Promise<HttpResponse>) => void,
  ) => Promise<void>,
): Promise<void> {
  const calls: Invocation[] = [];
  let answer = (_: Invocation): HttpResponse | Promise<HttpResponse> => ({ status: 202 });
  const server = await serveHttp(
    "aws",
    0,
    async (request) => {
      const functionName = decodeURIComponent(request.url.pathname.split("/")[3] ?? "");
      const call = { functionName, event: JSON.parse(request.body.toString()), request };
      calls.push(call);
      return answer(call);
    },
    () => undefined,
  );
  const before = { ...process.env };
  const wanted: Record<string, string | undefined> = {
    ...VARIABLES,
    AWS_ENDPOINT_URL: server.endpoint,
    ...environment,
  };
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  try {
    await run(calls, (other) => {
      answer = other;
    });
  } finally {
    for (const name of Object.keys(wanted)) {
      const value = before[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await server.close();
  }
}
