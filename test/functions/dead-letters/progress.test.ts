import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode, isDone, type Progress, startingAt, withDone } from "../../../functions/dead-letters/progress";

const NONE: Progress = { next: 0, done: [] };
const having = (offsets: number[], progress = NONE) => offsets.reduce(withDone, progress);
const offsets = fc.array(fc.nat(60), { maxLength: 60 });

describe("The progress in dead letters", () => {
  it("is one offset when all is done in order", () => {
    assert.deepEqual(having([0, 1, 2]), { next: 3, done: [] });
  });

  it("remembers what was left out, and forgets the rest", () => {
    assert.deepEqual(having([2, 7, 4, 3]), { next: 0, done: [[2, 4], [7, 7]] }); // biome-ignore format: one line
    assert.deepEqual(having([0, 1], having([2, 7, 4, 3])), { next: 5, done: [[7, 7]] });
  });

  it("knows exactly what is done, whatever the order", () => {
    fc.assert(
      fc.property(offsets, (done) => {
        const progress = having(done);
        for (let offset = 0; offset <= 61; offset += 1) assert.equal(isDone(progress, offset), done.includes(offset));
      }),
    );
  });

  it("is the same for the same set", () => {
    fc.assert(fc.property(offsets, (done) => assert.deepEqual(having([...done].sort((a, b) => a - b)), having(done))));
  });

  it("survives being committed", () => {
    fc.assert(fc.property(offsets, (done) => assert.deepEqual(decode(encode(having(done))), having(done))));
    assert.deepEqual(encode({ next: 3, done: [[7, 9], [12, 12]] }), { offset: "3", metadata: "7-9,12" }); // biome-ignore format: one line
    assert.deepEqual(decode({ offset: "-1", metadata: null }), NONE);
  });

  it("begins where the log begins, when that has expired before", () => {
    fc.assert(
      fc.property(offsets, fc.nat(61), (done, low) => {
        const progress = startingAt(having(done), low);
        assert.ok(progress.next >= low);
        for (let offset = low; offset <= 61; offset += 1) assert.equal(isDone(progress, offset), done.includes(offset));
        assert.ok(progress.done.every(([first]) => first > progress.next));
      }),
    );
  });

  it("is refused when it is more than Kafka keeps", () => {
    const even = Array.from({ length: 2000 }, (_, index) => 2 * index + 2);
    assert.throws(() => encode(having(even)), /Too many dead letters/);
    assert.ok(encode(having(even.slice(0, 700))).metadata.length <= 4096);
  });

  it("changes nothing that it was made of", () => {
    const before = having([2, 3]);
    withDone(before, 4);
    assert.deepEqual(before, { next: 0, done: [[2, 3]] });
  });
});
