import { inflateSync } from 'node:zlib'

const WOFF = { header: 44, entry: 20 }
const SFNT = { header: 12, entry: 16 }

/**
 * A WOFF file as the plain font inside it; any other file as it is. pdfkit would read it too, but what it inflates with
 * refuses some files ("Data error"), and WOFF2 comes out of it without a single letter.
 * @see https://www.w3.org/TR/WOFF/
 */
export function unwrapWoff(file: Buffer): Buffer {
  if (file.toString('latin1', 0, 4) !== 'wOFF') return file
  const count = file.readUInt16BE(12)
  const header = Buffer.alloc(SFNT.header + count * SFNT.entry)
  file.copy(header, 0, 4, 8)
  header.writeUInt16BE(count, 4)
  // The next three numbers of the header help a binary search in which nobody is interested here.
  let end = header.length
  const tables = Array.from({ length: count }, (_, index) => {
    const entry = file.subarray(WOFF.header + index * WOFF.entry)
    const [offset, packed, length] = [entry.readUInt32BE(4), entry.readUInt32BE(8), entry.readUInt32BE(12)]
    const bytes = file.subarray(offset, offset + packed)
    const at = SFNT.header + index * SFNT.entry
    entry.copy(header, at, 0, 4)
    entry.copy(header, at + 4, 16, 20)
    header.writeUInt32BE(end, at + 8)
    header.writeUInt32BE(length, at + 12)
    const padded = Buffer.alloc(Math.ceil(length / 4) * 4)
    ;(packed < length ? inflateSync(bytes) : bytes).copy(padded)
    end += padded.length
    return padded
  })
  return Buffer.concat([header, ...tables])
}
