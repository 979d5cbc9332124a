/** What programs and functions call things by; free of Pulumi, so that functions and tools load it. */

/** Where records of a topic go that no consumer could handle. */
export const deadLetterTopic = <T extends string>(topic: T): `${T}.dlq` => `${topic}.dlq`;

/** The function that sets records aside, as the program calls it; who calls it is declared before it. */
export const DEAD_LETTERS = "dead-letters";

/** The function that lists dead letters and gives them back. */
export const REPLAY = "dead-letters-replay";

/** The consumer group that reads dead letters. What it has committed was given back. */
export const REPLAY_GROUP = "dead-letters";
