import { demoFamily } from "../functions/demo/family";
import { connectTable } from "../functions/runtime/dynamodb";
import type { Endpoints } from "../local/stack";
import { type Figure, figure } from "./figures";
import { medianLatency, medianTime, ROUNDS, visitor } from "./http";

const CATEGORIES = 60;

/** `GET /categories/{user_id}` with 60 categories: HTTP → API Gateway → Lambda → DynamoDB, and the same query alone. */
export async function benchCategories(endpoints: Endpoints): Promise<Figure[]> {
  const emma = await visitor(endpoints, demoFamily[2].email);
  const path = `/categories/${emma.userId}`;
  const list = `${path}?limit=200`;
  const { items } = await emma.request("GET", list);
  for (let i = items.length; i < CATEGORIES; i += 1) {
    await emma.request("POST", path, {
      name: `Category ${i}`,
      type: i % 4 === 0 ? "income" : "expense",
      icon: "category",
    });
  }

  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const table = connectTable(endpoints.dynamodb.table ?? "", {
    endpoint: endpoints.dynamodb.endpoint,
    region: "eu-west-1",
    credentials,
  });
  const query = () =>
    table.query({
      index: "score",
      keyCondition: "user_id = :user",
      values: { ":user": emma.userId },
      descending: true,
    });
  const over: number[] = [];
  const direct: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    over.push(await medianLatency(endpoints.api + list, emma.token));
    direct.push(await medianTime(query));
  }
  return [
    figure(`GET /categories, ${Math.max(items.length, CATEGORIES)} items, 1 connection, p50`, "ms", over, {
      relation: "≤",
      value: 8,
    }),
    figure("  the same query by the SDK alone", "ms", direct),
  ];
}
