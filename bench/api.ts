import autocannon from "autocannon";
import postgres from "postgres";
import { demoFamily, demoPassword } from "../functions/demo/family";
import { cognitoClient } from "../local/services/cognito-client";
import type { Endpoints } from "../local/stack";
import { type Figure, figure, median } from "./figures";

const ROUNDS = 5;
const SECONDS = 4;

/** `GET /users/me`: HTTP → API Gateway → authorizer (cached) → Lambda → PostgreSQL, and the same SQL alone. */
export async function benchApi(endpoints: Endpoints): Promise<Figure[]> {
  const { endpoint, client_id: clientId } = endpoints.cognito;
  const { email } = demoFamily[0];
  const { idToken } = await cognitoClient({ endpoint, clientId }).signIn({ email, password: demoPassword });
  const load = async (connections: number, duration: number) => {
    const result = await autocannon({
      url: `${endpoints.api}/users/me`,
      connections,
      duration,
      headers: { authorization: `Bearer ${idToken}` },
    });
    if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} failed, ${result.errors} errors`);
    return result;
  };
  await load(10, 3); // warms up: instances, plans, machine code
  const single: number[] = [];
  const rates: number[] = [];
  const tails: number[] = [];
  const direct: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    single.push(await medianLatency(`${endpoints.api}/users/me`, idToken));
    const ten = await load(10, SECONDS);
    rates.push(ten.requests.average);
    tails.push(ten.latency.p99);
    direct.push(await directRate(endpoints, email));
  }
  return [
    figure("GET /users/me, 1 connection, p50", "ms", single, { relation: "≤", value: 2 }),
    figure("GET /users/me, 10 connections", "/s", rates, { relation: "≥", value: 1500 }),
    figure("GET /users/me, 10 connections, p99", "ms", tails, { relation: "≤", value: 25 }),
    figure("  the same SQL by postgres.js alone, 10 connections", "/s", direct),
  ];
}

/** One request after another on one connection; autocannon's histogram has whole milliseconds only. Ms. */
export const medianLatency = (url: string, token: string): Promise<number> =>
  medianTime(async () => {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    await response.text();
  });

/** One call after another. Ms. */
export async function medianTime(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + SECONDS * 1000;
  while (performance.now() < end) {
    const started = performance.now();
    await call();
    times.push(performance.now() - started);
  }
  return median(times);
}

async function directRate(endpoints: Endpoints, email: string): Promise<number> {
  const sql = postgres(endpoints.postgres.users ?? "", { max: 10, fetch_types: false });
  const [user] = await sql<{ user_id: string }[]>`select user_id from users where email = ${email}`;
  let count = 0;
  const end = performance.now() + SECONDS * 1000;
  const worker = async () => {
    while (performance.now() < end) {
      await sql`
        select user_id, email, name, status, default_currency, time_zone, locale, created_at, updated_at
        from users
        where user_id = ${user?.user_id ?? ""} and status = 'active'
      `;
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: 10 }, worker));
  await sql.end();
  return count / SECONDS;
}
