import { ErrorCode } from "../protocol/errors";
import { Writer } from "../protocol/writer";
import type { Api } from "./api";

/** Names an idempotent producer (KIP-98). Transactions are refused: nobody may use a transactional id here. */
export const initProducerId: Api = {
  key: 22,
  name: "InitProducerId",
  versions: { min: 0, max: 1 },
  handle({ body }, { state }) {
    const transactionalId = body.nullableString();
    body.int32(); // transaction_timeout_ms
    const answer = new Writer().int32(0); // throttle_time_ms
    if (transactionalId !== null) {
      return answer.int16(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED).int64(-1).int16(-1);
    }
    return answer.int16(ErrorCode.NONE).int64(state.nextProducerId()).int16(0);
  },
};
