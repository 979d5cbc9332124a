import postgres from "postgres";
import type { Endpoints } from "../local/stack";
import { type Figure, figure } from "./figures";
import { load, medianLatency, ROUNDS, SECONDS, visitor } from "./http";

/** `GET /users/me`: HTTP → API Gateway → authorizer (cached) → Lambda → PostgreSQL, and the same SQL alone. */
export async function benchApi(endpoints: Endpoints): Promise<Figure[]> {
  const { token, userId } = await visitor(endpoints);
  const url = `${endpoints.api}/users/me`;
  await load(url, token, { connections: 10, seconds: 3 }); // warms up: instances, plans, machine code
  const single: number[] = [];
  const rates: number[] = [];
  const tails: number[] = [];
  const direct: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    single.push(await medianLatency(url, token));
    const ten = await load(url, token, { connections: 10 });
    rates.push(ten.requests.average);
    tails.push(ten.latency.p99);
    direct.push(await directRate(endpoints, userId));
  }
  return [
    figure("GET /users/me, 1 connection, p50", "ms", single, { relation: "≤", value: 2 }),
    figure("GET /users/me, 10 connections", "/s", rates, { relation: "≥", value: 1500 }),
    figure("GET /users/me, 10 connections, p99", "ms", tails, { relation: "≤", value: 25 }),
    figure("  the same SQL by postgres.js alone, 10 connections", "/s", direct),
  ];
}

async function directRate(endpoints: Endpoints, userId: string): Promise<number> {
  const sql = postgres(endpoints.postgres.users ?? "", { max: 10, fetch_types: false });
  let count = 0;
  const end = performance.now() + SECONDS * 1000;
  const worker = async () => {
    while (performance.now() < end) {
      await sql`
        select user_id, email, name, status, default_currency, time_zone, locale, created_at, updated_at
        from users
        where user_id = ${userId} and status = 'active'
      `;
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: 10 }, worker));
  await sql.end();
  return count / SECONDS;
}
