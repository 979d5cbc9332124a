/** Whether the first run is still to come: set when an account is made, gone when the three questions are answered or skipped. */
const STORE = "ahorro.welcome";

export const startWelcome = (): void => localStorage.setItem(STORE, "yes");
export const endWelcome = (): void => localStorage.removeItem(STORE);
export const isWelcomeDue = (): boolean => localStorage.getItem(STORE) !== null;
