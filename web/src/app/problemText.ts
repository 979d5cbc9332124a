import { isApiProblem } from "../api/problem";
import type { TextKey } from "../i18n/en";
import type { Translate } from "../i18n/language";

/** Problems that people can do something about, by the API's code or Cognito's name. */
const TEXTS: Record<string, TextKey> = {
  network: "problem.network",
  already_member: "problem.already_member",
  invite_not_found: "problem.invite_not_found",
  role_required: "problem.role_required",
  owner_must_hand_over: "problem.owner_must_hand_over",
  balance_deleted: "problem.balance_deleted",
  balance_not_found: "problem.balance_not_found",
  transaction_not_found: "problem.transaction_not_found",
  changed_meanwhile: "problem.changed_meanwhile",
  amount_out_of_range: "problem.amount_out_of_range",
  category_exists: "problem.category_exists",
  too_many_categories: "problem.too_many_categories",
  NotAuthorizedException: "problem.wrong_password",
  UserNotFoundException: "problem.wrong_password",
  UsernameExistsException: "problem.user_exists",
  CodeMismatchException: "problem.wrong_code",
  EnableSoftwareTokenMFAException: "problem.wrong_code",
  ExpiredCodeException: "problem.expired_code",
  LimitExceededException: "problem.too_often",
  TooManyRequestsException: "problem.too_often",
  InvalidPasswordException: "problem.weak_password",
  InvalidParameterException: "problem.invalid",
  NetworkError: "problem.network",
};

/** What to tell people of an error: our own words where we have them, the API's otherwise. */
export const problemText = (t: Translate, error: unknown): string => {
  if (isApiProblem(error)) {
    const key = TEXTS[error.code];
    if (key !== undefined) return t(key);
    return error.status >= 500 || error.status === 429
      ? t("problem.server")
      : (error.errors[0]?.message ?? error.message);
  }
  const key = error instanceof Error ? TEXTS[error.name] : undefined;
  return key === undefined ? t("problem.unknown") : t(key);
};
