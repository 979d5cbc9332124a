/** Loaded by mocha before the tests: one stack per mocha process, started when the first test asks for it. */
import { stopStack } from "./stack";

export const mochaGlobalTeardown = stopStack;
