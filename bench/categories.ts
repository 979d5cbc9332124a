import { demoFamily, demoPassword } from "../functions/demo/family";
import { connectTable } from "../functions/runtime/dynamodb";
import { cognitoClient } from "../local/services/cognito-client";
import type { Endpoints } from "../local/stack";
import { medianLatency, medianTime } from "./api";
import { type Figure, figure } from "./figures";

const ROUNDS = 5;
const CATEGORIES = 60;

/** `GET /categories/{user_id}` with 60 categories: HTTP → API Gateway → Lambda → DynamoDB, and the same query alone. */
export async function benchCategories(endpoints: Endpoints): Promise<Figure[]> {
  const { endpoint, client_id: clientId } = endpoints.cognito;
  // Emma uses no categories of her own, which there could already be any number of.
  const { email } = demoFamily[2];
  const { idToken } = await cognitoClient({ endpoint, clientId }).signIn({ email, password: demoPassword });
  const headers = { authorization: `Bearer ${idToken}`, "content-type": "application/json" };
  const { user_id } = (await (await fetch(`${endpoints.api}/users/me`, { headers })).json()) as { user_id: string };
  const url = `${endpoints.api}/categories/${user_id}`;
  for (let i = 1; i <= CATEGORIES; i += 1) {
    const body = JSON.stringify({ name: `Category ${i}`, type: i % 4 === 0 ? "income" : "expense", icon: "category" });
    const { status } = await fetch(url, { method: "POST", headers, body });
    if (status !== 201 && status !== 409) throw new Error(`POST ${url} was answered ${status}.`);
  }
  const list = `${url}?limit=200`;
  const { items } = (await (await fetch(list, { headers })).json()) as { items: unknown[] };
  if (items.length < CATEGORIES) throw new Error(`There are ${items.length} categories only.`);

  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const table = connectTable(endpoints.dynamodb.table ?? "", {
    endpoint: endpoints.dynamodb.endpoint,
    region: "eu-west-1",
    credentials,
  });
  const query = () =>
    table.query({ index: "score", keyCondition: "user_id = :user", values: { ":user": user_id }, descending: true });
  const over: number[] = [];
  const direct: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    over.push(await medianLatency(list, idToken));
    direct.push(await medianTime(query));
  }
  return [
    figure(`GET /categories, ${items.length} items, 1 connection, p50`, "ms", over, { relation: "≤", value: 8 }),
    figure("  the same query by the SDK alone", "ms", direct),
  ];
}
