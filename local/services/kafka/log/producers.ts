import { ErrorCode } from "../protocol/errors";
import type { BatchHeader } from "../protocol/record-batch";

/** As many batches of a producer are remembered as may be in flight with idempotence on (max.in.flight.requests.per.connection). */
const REMEMBERED_BATCHES = 5;
const MAX_PRODUCERS = 10_000;
/** Sequence numbers are counted from 0 to 2^31 − 1, then from 0 again. */
const SEQUENCES = 2 ** 31;

interface Producer {
  epoch: number;
  lastSequence: number;
  batches: { baseSequence: number; lastSequence: number; baseOffset: number }[];
}

/**
 * What one partition knows of idempotent producers (KIP-98): it takes each batch once and only in the order of their
 * sequence numbers. Rebuilt from the headers of the batches when a log is opened.
 */
export class Producers {
  private readonly producers = new Map<number, Producer>();

  /** Undefined when the batch is the next one of its producer; else the offset it already has, or why it is refused. */
  check(header: BatchHeader): { duplicateOf: number } | ErrorCode | undefined {
    const known = this.producers.get(header.producerId);
    // A producer not heard of is let in with any number: its earlier batches may have been deleted by retention.
    if (header.producerId < 0 || known === undefined) return undefined;
    if (header.producerEpoch < known.epoch) return ErrorCode.INVALID_PRODUCER_EPOCH;
    if (header.producerEpoch > known.epoch) {
      return header.baseSequence === 0 ? undefined : ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
    }
    const lastSequence = lastSequenceOf(header);
    const same = known.batches.find(
      (batch) => batch.baseSequence === header.baseSequence && batch.lastSequence === lastSequence,
    );
    if (same !== undefined) return { duplicateOf: same.baseOffset };
    const expected = (known.lastSequence + 1) % SEQUENCES;
    return header.baseSequence === expected ? undefined : ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
  }

  /** Takes note of a batch that is in the log. */
  add(header: BatchHeader, baseOffset: number): void {
    if (header.producerId < 0) return;
    const known = this.producers.get(header.producerId);
    const lastSequence = lastSequenceOf(header);
    const batch = { baseSequence: header.baseSequence, lastSequence, baseOffset };
    const earlier = known?.epoch === header.producerEpoch ? known.batches.slice(1 - REMEMBERED_BATCHES) : [];
    // Anew in the map's order, so that the one silent for longest is first.
    this.producers.delete(header.producerId);
    this.producers.set(header.producerId, { epoch: header.producerEpoch, lastSequence, batches: [...earlier, batch] });
    if (this.producers.size > MAX_PRODUCERS) {
      for (const id of this.producers.keys()) {
        this.producers.delete(id);
        break;
      }
    }
  }
}

const lastSequenceOf = ({ baseSequence, lastOffsetDelta }: BatchHeader): number =>
  (baseSequence + lastOffsetDelta) % SEQUENCES;
