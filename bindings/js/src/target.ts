/** Kinds of machines. */

/**
 * The names of the addons that may run on this machine, such as `linux-x64-gnu`. Which C library a Linux has, is found
 * out by loading: asking for it costs more.
 */
export function targets(): string[] {
  const { platform, arch } = process;
  if (platform === "linux") return [`${platform}-${arch}-gnu`, `${platform}-${arch}-musl`];
  return [platform === "win32" ? `${platform}-${arch}-msvc` : `${platform}-${arch}`];
}
