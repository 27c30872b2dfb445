const exponentBias = 6176;
const mostDigits = 10n ** 34n - 1n;

/**
 * A Decimal128 as MongoDB and its driver write it: `1.50`, `-1.5E+30`, `Infinity`, `NaN`. IEEE 754-2008, binary integer decimal.
 *
 * @param at where its 16 bytes begin, the least significant first
 */
export function decimalText(bytes: Buffer, at: number): string {
  const [lowest, low, upper, high] = [
    bytes.readUInt32LE(at),
    bytes.readUInt32LE(at + 4),
    bytes.readUInt32LE(at + 8),
    bytes.readUInt32LE(at + 12),
  ];
  const sign = high >>> 31 === 1 ? "-" : "";
  if (((high >>> 29) & 3) === 3) {
    if (((high >>> 27) & 0xf) === 0xf) return ((high >>> 26) & 1) === 1 ? "NaN" : `${sign}Infinity`;
    // More digits than there may be, as any such number: zero.
    return written(sign, "0", ((high >>> 15) & 0x3fff) - exponentBias);
  }
  const exponent = ((high >>> 17) & 0x3fff) - exponentBias;
  const top = high & 0x1ffff;
  // At most 53 bits: a bigint takes several times as long.
  if (top === 0 && upper === 0 && low < 2 ** 21) return written(sign, String(low * 2 ** 32 + lowest), exponent);
  const digits = (BigInt(top) << 96n) | (BigInt(upper) << 64n) | (BigInt(low) << 32n) | BigInt(lowest);
  return written(sign, digits > mostDigits ? "0" : String(digits), exponent);
}

function written(sign: string, digits: string, exponent: number): string {
  if (exponent === 0) return sign + digits;
  const scientific = exponent + digits.length - 1;
  if (exponent > 0 || scientific < -6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits[0]}${fraction}E${scientific < 0 ? "" : "+"}${scientific}`;
  }
  const padded = digits.padStart(1 - exponent, "0");
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}
