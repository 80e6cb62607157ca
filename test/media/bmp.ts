/** A BMP; rows and palette are hex, as they stand in the file. */
export function bmp({
  bits,
  rows,
  width = 1,
  height = rows.length,
  packing = 0,
  palette = '',
  headerBytes = 40,
}: {
  readonly bits: number;
  readonly rows: readonly string[];
  readonly width?: number;
  /** Below 0: the first row stands first. */
  readonly height?: number;
  readonly packing?: number;
  readonly palette?: string;
  readonly headerBytes?: number;
}): Buffer {
  const body = Buffer.from(rows.join(''), 'hex');
  const colours = Buffer.from(palette, 'hex');
  const head = Buffer.alloc(14 + headerBytes);
  head.write('BM', 'latin1');
  head.writeUInt32LE(head.length + colours.length + body.length, 2);
  head.writeUInt32LE(head.length + colours.length, 10);
  head.writeUInt32LE(headerBytes, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(packing, 30);
  const masks = packing === 3 ? [0xff0000, 0xff00, 0xff] : [];
  for (const [place, mask] of masks.entries()) head.writeUInt32LE(mask, 54 + place * 4);
  return Buffer.concat([head, colours, body]);
}
