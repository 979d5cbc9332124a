/**
 * The demo family that a fresh local stack starts with, made as real families are: through sign-up and the API.
 */

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

/** Ana founds the family; Luis helps to run it. */
export const demoFamily = [
  { email: "ana@example.com", name: "Ana García", locale: "es-ES" },
  { email: "luis@example.com", name: "Luis García", locale: "es-ES", role: "admin" },
  { email: "emma@example.com", name: "Emma García", locale: "en", role: "member" },
  { email: "hugo@example.com", name: "Hugo García", locale: "en", role: "member" },
] as const;

/** Makes the family. Every request has an idempotency key, so that an interrupted run can simply be repeated. */
export async function seed(stack: DemoStack): Promise<void> {
  const [founder, ...relatives] = demoFamily;
  const ana = await register(stack, founder);
  const group = await ana.post("/groups", { name: "García family" }, "group");
  for (const relative of relatives) {
    const invite = { email: relative.email, role: relative.role };
    const { invite_code } = await ana.post(`/groups/${group.group_id}/invites`, invite, `invite ${relative.email}`);
    const person = await register(stack, relative);
    await person.post(`/groups/join/${invite_code}`, {}, "join");
  }
}

interface Person {
  post(path: string, body: object, step: string): Promise<Record<string, unknown>>;
}

async function register(stack: DemoStack, member: (typeof demoFamily)[number]): Promise<Person> {
  const { email, name, locale } = member;
  await stack.createUser({ email, name, password: demoPassword });
  const token = await stack.signIn({ email, password: demoPassword });
  const person: Person = {
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
  await person.post("/users", { name, locale, ...settings }, "register");
  return person;
}
