// One component's data as one block of bytes: see dashboard/components/packed.py for the layout.

const KINDS = { f4: Float32Array, u1: Uint8Array };

/** bytes -> { head, arrays: { name: typed array } } */
export function unpack(bytes) {
  const block = bytes.slice();
  const length = new DataView(block.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(block.subarray(4, 4 + length)));
  const arrays = {};
  let at = 4 + length;
  for (const [name, kind, count] of head.arrays) {
    const Kind = KINDS[kind];
    arrays[name] = new Kind(block.buffer, at, count);
    at += Math.ceil((count * Kind.BYTES_PER_ELEMENT) / 4) * 4;
  }
  return { head, arrays };
}
