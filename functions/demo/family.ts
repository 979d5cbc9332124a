/**
 * The demo family that a fresh local stack starts with, made as real families are: through sign-up and the API. They have a year
 * of transactions behind them.
 */
import { type Happening, yearOf } from "./history";

export { refresh } from "./rates";

/** What the demo needs of a stack: its API, and a way to make users who can sign in. */
export interface DemoStack {
  api: string;
  /** Makes a confirmed user. */
  createUser(user: { email: string; password: string; name: string }): Promise<void>;
  /** Signs in; answers the ID token. */
  signIn(user: { email: string; password: string }): Promise<string>;
}

/** All of them sign in with this. */
export const demoPassword = "demo-Family-2026";

/** How to sign in, for people. */
export const login = `ana@example.com (or luis, emma, hugo), password ${demoPassword}`;

const settings = { default_currency: "EUR", time_zone: "Europe/Madrid" };

/** Where somebody keeps their money; the whole family sees what is `shared`. */
interface Kept {
  name: string;
  currency: "EUR" | "USD";
  opening_amount: string;
  shared: boolean;
}

const kept = (name: string, currency: Kept["currency"], opening_amount: string, shared: boolean): Kept => ({
  name,
  currency,
  opening_amount,
  shared,
});

/** Ana founds the family; Luis helps to run it. */
export const demoFamily = [
  {
    email: "ana@example.com",
    name: "Ana García",
    locale: "es-ES",
    balances: [
      kept("Family account", "EUR", "4200", true),
      kept("Purse", "EUR", "60", false),
      kept("Dollar savings", "USD", "1500", true),
    ],
  },
  {
    email: "luis@example.com",
    name: "Luis García",
    locale: "es-ES",
    role: "admin",
    balances: [
      kept("Checking account", "EUR", "1850", true),
      kept("Credit card", "EUR", "-240", true),
      kept("Dollar fund", "USD", "3100", false),
    ],
  },
  {
    email: "emma@example.com",
    name: "Emma García",
    locale: "en",
    role: "member",
    balances: [
      kept("Student account", "EUR", "310", true),
      kept("Cash box", "EUR", "45", false),
      kept("Exchange year", "USD", "120", true),
    ],
  },
  {
    email: "hugo@example.com",
    name: "Hugo García",
    locale: "en",
    role: "member",
    balances: [
      kept("Pocket money", "EUR", "12", true),
      kept("Piggy bank", "EUR", "63.50", true),
      kept("Grandma's dollars", "USD", "40", false),
    ],
  },
] as const;

/** Makes the family. Every request has an idempotency key, so that an interrupted run can simply be repeated. */
export async function seed(stack: DemoStack, today = new Date()): Promise<void> {
  const [founder, ...relatives] = demoFamily;
  const ana = await register(stack, founder);
  const group = await ana.post("/groups", { name: "García family" }, "group");
  const people = [ana];
  for (const relative of relatives) {
    const invite = { email: relative.email, role: relative.role };
    const { invite_code } = await ana.post(`/groups/${group.group_id}/invites`, invite, `invite ${relative.email}`);
    const person = await register(stack, relative);
    await person.post(`/groups/join/${invite_code}`, {}, "join");
    people.push(person);
  }
  for (const [index, { email, balances }] of demoFamily.entries()) {
    await keepMoney(people[index] as Person, balances, String(group.group_id), yearOf(email, today));
  }
  for (const [index, { email }] of demoFamily.entries()) {
    await (people[index] as Person).untilReported(yearOf(email, today).filter(isReported).length);
  }
}

/** Whether it counts in the cash flow. */
const isReported = ({ type, approved }: Happening): boolean => type !== "movement" && approved !== false;

/** Opens somebody's balances and records what happened on them. */
async function keepMoney(person: Person, balances: readonly Kept[], groupId: string, happenings: Happening[]) {
  await person.untilIn(groupId);
  const ids = new Map<string, unknown>();
  for (const { shared, ...balance } of balances) {
    const body = { ...balance, ...(shared ? { group_id: groupId } : {}) };
    const { balance_id } = await person.post(`/balances/${person.userId}`, body, `balance ${balance.name}`);
    ids.set(balance.name, balance_id);
  }
  const items = happenings.map(({ from, to, ...happening }) => ({
    ...happening,
    from_balance_id: ids.get(from),
    ...(to === undefined ? {} : { to_balance_id: ids.get(to) }),
  }));
  const answer = await person.post("/transactions/batch", { items }, "year");
  const refused = (answer.items as { status: number; problem?: unknown }[]).find(({ status }) => status !== 201);
  if (refused !== undefined) throw new Error(`The demo's history was refused: ${JSON.stringify(refused.problem)}`);
}

interface Person {
  userId: string;
  /** Waits until the event of their joining has reached those who keep balances. */
  untilIn(groupId: string): Promise<void>;
  /** Waits until the events of so many transactions have reached the reports. */
  untilReported(count: number): Promise<void>;
  post(path: string, body: object, step: string): Promise<Record<string, unknown>>;
}

/** The status of an answer, and what it is besides. */
type Answer = { status: number } & Record<string, unknown>;

async function register(stack: DemoStack, member: (typeof demoFamily)[number]): Promise<Person> {
  const { email, name, locale } = member;
  await stack.createUser({ email, name, password: demoPassword });
  const token = await stack.signIn({ email, password: demoPassword });
  const until = async (path: string, done: (answer: Answer) => boolean, what: string): Promise<void> => {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const response = await fetch(stack.api + path, { headers: { authorization: `Bearer ${token}` } });
      if (done({ ...((await response.json()) as object), status: response.status })) return;
      if (Date.now() > deadline) throw new Error(`${email} ${what}, but no event has told so in 30 s.`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const person: Person = {
    userId: "",
    untilIn: (groupId) => until(`/balances/${groupId}`, ({ status }) => status === 200, "has joined the family"),
    untilReported: (count) =>
      until(
        `/analytics/cash-flow?from=${new Date(Date.now() - 400 * 86_400_000).toISOString().slice(0, 10)}`,
        ({ items }) => ((items ?? []) as { count: number }[]).reduce((sum, item) => sum + item.count, 0) >= count,
        "has a year behind them",
      ),
    post: async (path, body, step) => {
      const response = await fetch(stack.api + path, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "idempotency-key": `demo-${Buffer.from(step).toString("hex")}`,
        },
        body: JSON.stringify(body),
      });
      const answer = (await response.json()) as Record<string, unknown>;
      if (!response.ok) throw new Error(`The demo's POST ${path} was answered ${response.status}: ${answer.detail}`);
      return answer;
    },
  };
  const user = await person.post("/users", { name, locale, ...settings }, "register");
  return { ...person, userId: String(user.user_id) };
}
