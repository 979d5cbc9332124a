/**
 * CRC-32C, the Castagnoli polynomial, reflected (RFC 3720, appendix B.4), as record batches carry it. Eight bytes a step
 * with eight tables: "slicing-by-8" (Kounavis and Berry, "A Systematic Approach to Building High Performance,
 * Software-based, CRC Generators", 2005).
 */
const POLYNOMIAL = 0x82f63b78;

/** Tables 0 to 7, one after the other; table n is table 0 applied after n zero bytes. */
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const previous = tables[i - 256] ?? 0;
    tables[i] = (previous >>> 8) ^ (tables[previous & 0xff] ?? 0);
  }
  return tables;
}

/** The checksum of `bytes[start, end)`, unsigned. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  // Plain index reads in this one hot loop: every index is within its array.
  const at = (index: number): number => bytes[index] as number;
  const table = (number: number, byte: number): number => TABLES[(number << 8) | byte] as number;
  let crc = -1;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    crc ^= at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
    crc =
      table(7, crc & 0xff) ^
      table(6, (crc >>> 8) & 0xff) ^
      table(5, (crc >>> 16) & 0xff) ^
      table(4, crc >>> 24) ^
      table(3, at(i + 4)) ^
      table(2, at(i + 5)) ^
      table(1, at(i + 6)) ^
      table(0, at(i + 7));
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ table(0, (crc ^ at(i)) & 0xff);
  return (crc ^ -1) >>> 0;
}
