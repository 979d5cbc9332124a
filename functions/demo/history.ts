/**
 * A year in the life of the demo family, made up so that it looks lived: salaries and rent on their days, groceries with line items,
 * a holiday, pocket money. The same for the same day: chance is seeded.
 */
import catalogue from "../categories/catalogue.json";

/** A transaction as `POST /transactions` takes it, its balances still by name. */
export interface Happening {
  type: "expense" | "income" | "movement";
  amount: string;
  from: string;
  to?: string;
  to_amount?: string;
  category_id?: string;
  description: string;
  entries?: { amount: string; description: string; category_id: string }[];
  transacted_at: string;
  approved?: boolean;
}

type Chance = () => number;

/** Mulberry32 (Tommy Ettinger): numbers in [0, 1), the same for the same seed. */
const chanceOf = (seed: number): Chance => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

const categories = new Map(catalogue.items.map(({ name, category_id }) => [name, category_id]));

const category = (name: string): string => {
  const id = categories.get(name);
  if (id === undefined) throw new Error(`The catalogue has no category "${name}".`);
  return id;
};

const euros = (cents: number): string => (cents / 100).toFixed(2);

/** What a person's year is made of: what happens on a day, if anything. */
type Habit = (day: Day, chance: Chance) => Happening[];

interface Day {
  /** Midnight UTC of the day. */
  date: Date;
  /** 1 to 31. */
  ofMonth: number;
  /** 0 is Sunday. */
  ofWeek: number;
  /** 0 is January. */
  month: number;
  /** Days in this month. */
  inMonth: number;
  at(hour: number, minute: number): string;
}

const dayOf = (date: Date): Day => ({
  date,
  ofMonth: date.getUTCDate(),
  ofWeek: date.getUTCDay(),
  month: date.getUTCMonth(),
  inMonth: new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  at: (hour, minute) => {
    const two = (number: number) => String(number).padStart(2, "0");
    return `${date.toISOString().slice(0, 10)}T${two(hour)}:${two(minute)}:00${offsetInMadrid(date)}`;
  },
});

const offsetInMadrid = (date: Date): string => {
  const noon = new Date(date.getTime() + 12 * 3_600_000);
  const parts = new Intl.DateTimeFormat("en", { timeZone: "Europe/Madrid", timeZoneName: "longOffset" }).formatToParts(
    noon,
  );
  return parts.find(({ type }) => type === "timeZoneName")?.value.slice(3) || "+00:00";
};

const between = (chance: Chance, least: number, most: number): number => Math.round(least + chance() * (most - least));
const pick = <T>(chance: Chance, [first, ...rest]: [T, ...T[]]): T =>
  rest[Math.floor(chance() * (rest.length + 1)) - 1] ?? first;

interface Spending {
  from: string;
  category: string;
  descriptions: [string, ...string[]];
  cents: [least: number, most: number];
  /** Chance on a day that comes into question. */
  chance: number;
  when?: (day: Day) => boolean;
  hours?: [first: number, last: number];
}

/** Money spent now and then. */
const nowAndThen =
  ({ from, category: name, descriptions, cents, chance: odds, when = () => true, hours = [9, 20] }: Spending): Habit =>
  (day, chance) => {
    const [roll, hour, minute] = [chance(), between(chance, ...hours), between(chance, 0, 59)];
    const amount = euros(between(chance, ...cents));
    const description = pick(chance, descriptions);
    if (!when(day) || roll >= odds) return [];
    return [
      { type: "expense", amount, from, category_id: category(name), description, transacted_at: day.at(hour, minute) },
    ];
  };

interface Regular extends Omit<Happening, "transacted_at" | "category_id"> {
  category?: string;
  /** Day of the month; beyond its end means the last. */
  on: number;
  months?: number[];
}

/** Something that comes on its day, every month or in some. */
const regularly =
  ({ on, months, category: name, ...what }: Regular): Habit =>
  (day) =>
    day.ofMonth === Math.min(on, day.inMonth) && (months?.includes(day.month) ?? true)
      ? [{ ...what, ...(name === undefined ? {} : { category_id: category(name) }), transacted_at: day.at(8, 5) }]
      : [];

const receipt: [description: string, category: string, least: number, most: number][] = [
  ["Fruit and vegetables", "Groceries", 600, 1900],
  ["Bread and milk", "Groceries", 400, 1100],
  ["Meat and fish", "Groceries", 900, 2600],
  ["Cleaning things", "Household supplies", 300, 1400],
  ["Cat food", "Pets", 700, 1600],
  ["Shampoo and toothpaste", "Cosmetics and care", 400, 1300],
];

/** The weekly shopping, with what is on the receipt. */
const groceries =
  (from: string, weekdays: number[]): Habit =>
  (day, chance) => {
    const entries = receipt
      .map(([description, name, least, most]) => ({
        taken: chance() < 0.6,
        entry: { amount: euros(between(chance, least, most)), description, category_id: category(name) },
      }))
      .filter(({ taken }, index) => taken || index === 0)
      .map(({ entry }) => entry);
    const description = pick(chance, ["Mercadona", "Carrefour", "Corner market", "Lidl"]);
    const minute = between(chance, 0, 59);
    if (!weekdays.includes(day.ofWeek)) return [];
    const cents = entries.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
    return [
      {
        type: "expense",
        amount: euros(cents),
        from,
        category_id: category("Groceries"),
        description,
        entries,
        transacted_at: day.at(18, minute),
      },
    ];
  };

/** Euros put aside in dollars, at a rate that wanders a little. */
const toDollars =
  (from: string, to: string, cents: number, on: number): Habit =>
  (day, chance) => {
    const rate = 1.05 + chance() * 0.1;
    if (day.ofMonth !== on) return [];
    const to_amount = euros(Math.round(cents * rate));
    return [
      {
        type: "movement",
        amount: euros(cents),
        from,
        to,
        to_amount,
        description: "Put aside",
        transacted_at: day.at(10, 0),
      },
    ];
  };

const weekend = (day: Day) => day.ofWeek === 0 || day.ofWeek === 6;
const workday = (day: Day) => !weekend(day);

/** The habits of each, by e-mail; balances by the names in family.ts. */
const habits: Record<string, Habit[]> = {
  "ana@example.com": [
    regularly({
      type: "income",
      amount: "2850.00",
      from: "Family account",
      category: "Salary",
      description: "Salary",
      on: 28,
    }),
    regularly({
      type: "income",
      amount: "1900.00",
      from: "Family account",
      category: "Bonus",
      description: "Christmas bonus",
      on: 20,
      months: [11],
    }),
    regularly({
      type: "expense",
      amount: "1150.00",
      from: "Family account",
      category: "Rent",
      description: "Rent",
      on: 1,
    }),
    regularly({
      type: "expense",
      amount: "44.90",
      from: "Family account",
      category: "Internet and phone",
      description: "Fibre and phones",
      on: 4,
    }),
    regularly({
      type: "expense",
      amount: "78.35",
      from: "Family account",
      category: "Electricity",
      description: "Electricity",
      on: 12,
    }),
    regularly({
      type: "expense",
      amount: "41.20",
      from: "Family account",
      category: "Water",
      description: "Water",
      on: 15,
      months: [0, 2, 4, 6, 8, 10],
    }),
    regularly({
      type: "expense",
      amount: "96.00",
      from: "Family account",
      category: "Heating and gas",
      description: "Gas",
      on: 18,
      months: [0, 1, 2, 10, 11],
    }),
    regularly({
      type: "expense",
      amount: "412.00",
      from: "Family account",
      category: "Insurance",
      description: "Home insurance",
      on: 9,
      months: [2],
    }),
    regularly({
      type: "expense",
      amount: "130.00",
      from: "Family account",
      category: "School and courses",
      description: "School lunch",
      on: 5,
      months: [0, 1, 2, 3, 4, 5, 8, 9, 10, 11],
    }),
    regularly({
      type: "expense",
      amount: "1240.00",
      from: "Family account",
      category: "Travel",
      description: "Summer holiday, Asturias",
      on: 22,
      months: [6],
    }),
    regularly({ type: "movement", amount: "60.00", from: "Family account", to: "Purse", description: "Cash", on: 2 }),
    groceries("Family account", [2, 6]),
    toDollars("Family account", "Dollar savings", 15_000, 29),
    nowAndThen({
      from: "Purse",
      category: "Coffee and snacks",
      descriptions: ["Coffee", "Coffee and toast", "Bakery"],
      cents: [160, 520],
      chance: 0.3,
      when: workday,
      hours: [8, 11],
    }),
    nowAndThen({
      from: "Family account",
      category: "Pharmacy",
      descriptions: ["Pharmacy"],
      cents: [450, 3200],
      chance: 0.05,
    }),
    nowAndThen({
      from: "Family account",
      category: "Clothing",
      descriptions: ["Children's clothes", "Zara", "Winter coat"],
      cents: [1900, 8900],
      chance: 0.05,
      when: weekend,
    }),
    nowAndThen({
      from: "Purse",
      category: "Hairdresser",
      descriptions: ["Hairdresser"],
      cents: [1800, 3600],
      chance: 0.03,
      when: workday,
    }),
    nowAndThen({
      from: "Purse",
      category: "Books and magazines",
      descriptions: ["Bookshop"],
      cents: [900, 2400],
      chance: 0.02,
    }),
  ],
  "luis@example.com": [
    regularly({
      type: "income",
      amount: "1980.00",
      from: "Checking account",
      category: "Salary",
      description: "Salary",
      on: 27,
    }),
    regularly({
      type: "expense",
      amount: "286.40",
      from: "Checking account",
      category: "Loan payments",
      description: "Car loan",
      on: 3,
    }),
    regularly({
      type: "expense",
      amount: "39.90",
      from: "Credit card",
      category: "Sport and fitness",
      description: "Gym",
      on: 1,
    }),
    regularly({
      type: "expense",
      amount: "17.99",
      from: "Credit card",
      category: "Subscriptions",
      description: "Films at home",
      on: 7,
    }),
    regularly({
      type: "expense",
      amount: "348.00",
      from: "Checking account",
      category: "Car maintenance",
      description: "Inspection and tyres",
      on: 14,
      months: [3],
    }),
    regularly({
      type: "expense",
      amount: "522.00",
      from: "Checking account",
      category: "Insurance",
      description: "Car insurance",
      on: 11,
      months: [9],
    }),
    regularly({
      type: "movement",
      amount: "420.00",
      from: "Checking account",
      to: "Credit card",
      description: "Card settled",
      on: 30,
    }),
    toDollars("Checking account", "Dollar fund", 20_000, 28),
    nowAndThen({
      from: "Credit card",
      category: "Fuel",
      descriptions: ["Repsol", "Cepsa"],
      cents: [3800, 6900],
      chance: 0.12,
    }),
    nowAndThen({
      from: "Credit card",
      category: "Restaurants",
      descriptions: ["Tapas", "Pizzeria", "Sunday lunch", "Sushi"],
      cents: [2800, 8400],
      chance: 0.35,
      when: (day) => day.ofWeek === 5 || day.ofWeek === 0,
      hours: [14, 22],
    }),
    nowAndThen({
      from: "Checking account",
      category: "Parking and tolls",
      descriptions: ["Parking", "Motorway"],
      cents: [200, 1450],
      chance: 0.1,
    }),
    nowAndThen({
      from: "Credit card",
      category: "Electronics",
      descriptions: ["Headphones", "Cable and charger", "Printer ink"],
      cents: [1500, 12_900],
      chance: 0.015,
    }),
    nowAndThen({
      from: "Credit card",
      category: "Home maintenance",
      descriptions: ["Paint", "Tools", "Plumber"],
      cents: [1200, 14_000],
      chance: 0.02,
      when: weekend,
    }),
  ],
  "emma@example.com": [
    regularly({
      type: "income",
      amount: "80.00",
      from: "Student account",
      category: "Gifts received",
      description: "Allowance",
      on: 1,
    }),
    nowAndThen({
      from: "Student account",
      category: "Public transport",
      descriptions: ["Bus pass top-up", "Metro"],
      cents: [150, 2200],
      chance: 0.1,
      when: workday,
    }),
    nowAndThen({
      from: "Cash box",
      category: "Coffee and snacks",
      descriptions: ["Bubble tea", "Canteen", "Ice cream"],
      cents: [180, 560],
      chance: 0.2,
    }),
    nowAndThen({
      from: "Student account",
      category: "Clothing",
      descriptions: ["Second-hand shop", "T-shirt"],
      cents: [900, 3500],
      chance: 0.02,
      when: weekend,
    }),
    nowAndThen({
      from: "Student account",
      category: "Films and shows",
      descriptions: ["Cinema", "Concert"],
      cents: [700, 2600],
      chance: 0.05,
      when: weekend,
      hours: [17, 21],
    }),
    regularly({
      type: "expense",
      amount: "5.99",
      from: "Student account",
      category: "Music",
      description: "Music streaming",
      on: 16,
    }),
    regularly({
      type: "movement",
      amount: "25.00",
      from: "Student account",
      to: "Cash box",
      description: "Cash",
      on: 3,
    }),
    (day, chance) => {
      const amount = euros(between(chance, 3000, 6000));
      if (day.ofWeek !== 6 || chance() > 0.7) return [];
      return [
        {
          type: "income",
          amount,
          from: "Student account",
          category_id: category("Self-employment"),
          description: "Babysitting",
          transacted_at: day.at(23, 30),
        },
      ];
    },
    toDollars("Student account", "Exchange year", 2_000, 20),
  ],
  "hugo@example.com": [
    (day) =>
      day.ofWeek === 0
        ? [
            {
              type: "income",
              amount: "5.00",
              from: "Pocket money",
              category_id: category("Gifts received"),
              description: "Pocket money",
              transacted_at: day.at(9, 0),
            },
          ]
        : [],
    nowAndThen({
      from: "Pocket money",
      category: "Coffee and snacks",
      descriptions: ["Sweets", "Stickers and gum"],
      cents: [50, 220],
      chance: 0.12,
      hours: [16, 18],
    }),
    nowAndThen({
      from: "Pocket money",
      category: "Toys",
      descriptions: ["Building bricks", "Trading cards"],
      cents: [300, 900],
      chance: 0.03,
      when: weekend,
    }),
    nowAndThen({
      from: "Piggy bank",
      category: "Games",
      descriptions: ["Video game"],
      cents: [1500, 2900],
      chance: 0.006,
      when: weekend,
    }),
    regularly({
      type: "income",
      amount: "50.00",
      from: "Grandma's dollars",
      category: "Gifts received",
      description: "Birthday, from Grandma in Miami",
      on: 17,
      months: [4],
    }),
    regularly({
      type: "income",
      amount: "30.00",
      from: "Piggy bank",
      category: "Gifts received",
      description: "Three Kings",
      on: 6,
      months: [0],
    }),
    regularly({
      type: "movement",
      amount: "3.00",
      from: "Pocket money",
      to: "Piggy bank",
      description: "Saved",
      on: 31,
    }),
  ],
};

/** What happened to somebody in the year up to and with today, in order, and what is planned. */
export function yearOf(email: string, today: Date): Happening[] {
  const chance = chanceOf([...email].reduce((seed, letter) => Math.imul(seed, 31) + letter.charCodeAt(0), 7));
  const midnight = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate());
  const happened = Array.from({ length: 365 }, (_, index) =>
    dayOf(new Date(midnight - (365 - index) * 86_400_000)),
  ).flatMap((day) => (habits[email] ?? []).flatMap((habit) => habit(day, chance)));
  return [...happened, ...plansOf(email, dayOf(new Date(midnight + 20 * 86_400_000)))];
}

/** Pending: noted, without an effect yet. */
const plansOf = (email: string, day: Day): Happening[] =>
  email !== "ana@example.com"
    ? []
    : [
        {
          type: "expense",
          amount: "389.00",
          from: "Family account",
          category_id: category("Travel"),
          description: "Train tickets to the grandparents",
          transacted_at: day.at(9, 0),
          approved: false,
        },
      ];
