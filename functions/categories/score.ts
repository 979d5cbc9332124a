/**
 * How often and how lately a category is used, as one number: `score · decay + 1` at each use, where decay halves it every
 * half-life. Kept in the form of forward decay (Cormode, Shkapenyuk, Srivastava, Xu: "Forward Decay", ICDE 2009): a use at time
 * t weighs `2^((t − epoch) / halfLife)` for ever, so that stored scores are only ever added to, never aged, and their order is
 * the order of the decayed scores at every moment. Dividing by the same power of now gives the decayed score.
 *
 * Weights are whole multiples of 10^-9, which makes sums exact: what is taken back leaves nothing behind. DynamoDB keeps 38
 * digits, and refuses more. Thirty-two of them hold the weight of a use up to `LAST_HALF_LIFE`; six are left for a million
 * uses. With 30 days that is until March 2032; later uses weigh the same as the last. Before then the epoch must move: the
 * uses are all kept (see ./contribution.ts), so that scores can be made anew from them.
 */

/** 2026-01-01T00:00:00Z, in ms. */
const EPOCH = 1_767_225_600_000;
const DAY = 86_400_000;
/** Digits after the point of stored scores; uses of more than 30 half-lives before the epoch are lost in them. */
const SCALE = 9;
const LAST_HALF_LIFE = 76;

/** What a use at a time (ms since 1970) weighs, in units of 10^-9. */
export const weightAt = (time: number, halfLifeDays: number): bigint =>
  BigInt(Math.round(2 ** Math.min((time - EPOCH) / (halfLifeDays * DAY), LAST_HALF_LIFE) * 10 ** SCALE));

/** Units as the decimal that is stored. */
export const toDecimal = (units: bigint): string => {
  const digits = String(units < 0n ? -units : units).padStart(SCALE + 1, "0");
  const fraction = digits.slice(-SCALE).replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -SCALE)}${fraction === "" ? "" : `.${fraction}`}`;
};

/** Units of a stored decimal, however DynamoDB writes it (`1.5`, `0`, `1E+2`). */
export const toUnits = (decimal: string): bigint => {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/i.exec(decimal);
  if (match === null) throw new Error(`"${decimal}" is not a score.`);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const shift = SCALE + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const units = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return sign === "-" ? -units : units;
};

/** The decayed score at a time, for people: six significant digits, and nothing below a millionth. */
export const decayedScore = (units: bigint, now: number, halfLifeDays: number): number => {
  const decayed = Number(units) / 10 ** SCALE / 2 ** ((now - EPOCH) / (halfLifeDays * DAY));
  return decayed < 1e-6 ? 0 : Number(decayed.toPrecision(6));
};

/** What a transaction tells of the categories it uses; instants are RFC 3339. */
export interface UseOfCategories {
  category_id: string | null;
  entries: { category_id: string | null }[];
  approved_at: string | null;
  deleted_at: string | null;
  transacted_at: string;
  created_at: string;
}

/**
 * What a transaction adds to the score of each category: its own, or with entries those of its entries, each once; an entry
 * without one counts for the transaction's own. One that is pending or deleted adds nothing. It counts from its
 * date, but no later than when it was recorded: an entry for next year must not outweigh what is used today.
 */
export const weightsOf = (transaction: UseOfCategories, halfLifeDays: number): Record<string, bigint> => {
  if (transaction.approved_at === null || transaction.deleted_at !== null) return {};
  const used = transaction.entries.length > 0 ? transaction.entries : [transaction];
  const ids = used.flatMap(({ category_id }) => category_id ?? transaction.category_id ?? []);
  const weight = weightAt(
    Math.min(Date.parse(transaction.transacted_at), Date.parse(transaction.created_at)),
    halfLifeDays,
  );
  return weight === 0n ? {} : Object.fromEntries(ids.map((id) => [id, weight]));
};
