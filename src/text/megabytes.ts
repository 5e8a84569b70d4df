/** A size in bytes for people, in decimal units as disks are sold: `12.3 MB`. */
export function megabytes(bytes: number): string {
  if (bytes < 100_000) return `${Math.ceil(bytes / 1_000)} kB`;
  const size = bytes / 1_000_000;
  return size < 1_000 ? `${size.toFixed(1)} MB` : `${(size / 1_000).toFixed(1)} GB`;
}
